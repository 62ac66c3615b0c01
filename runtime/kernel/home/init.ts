/** Makes a home: a git repository with the genome on `upstream`, and `main` on top of it with the constitution. */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { RatchetError, messageOf } from "../error.ts";
import { git } from "../git.ts";
import { packageFile } from "../package.ts";
import { agentYaml, guardrailsYaml } from "./template-text.ts";

export type Template = "default" | "naive";

/** The suite that shows most with a template: the naive harness passes the example, and fails most of the chores. */
export function firstSuite(template: Template): string {
  return template === "naive" ? "chores" : "example";
}

/**
 * Makes a home in `dir`, which must not exist or be empty. Nothing is left behind when that fails.
 * @returns the absolute path of the home
 * @throws RatchetError (usage) when something is there already
 */
export async function initHome(dir: string, template: Template): Promise<string> {
  const home = resolve(dir);
  await refuseOccupied(home);
  const made = await makeFolder(home);
  try {
    await fill(home, template);
    return home;
  } catch (error) {
    await clear(home, made);
    throw error;
  }
}

async function refuseOccupied(home: string): Promise<void> {
  const found = await stat(home).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory())
    throw new RatchetError(
      "usage",
      `${home} is not a folder`,
      "Name a new or an empty folder: agent init DIR",
    );
  const entries = await readdir(home);
  if (entries.length === 0) return;
  if (entries.includes("agent.yaml"))
    throw new RatchetError(
      "usage",
      `${home} is a home already`,
      "Use it with --home, or name another folder.",
    );
  throw new RatchetError("usage", `${home} is not empty`, "Name a new or an empty folder: agent init DIR");
}

/** The first folder that had to be made, if any had. */
async function makeFolder(home: string): Promise<string | undefined> {
  try {
    return await makeWithParents(home);
  } catch (error) {
    throw new RatchetError(
      "usage",
      `${home} cannot be made: ${messageOf(error)}`,
      "Name a new or an empty folder: agent init DIR",
    );
  }
}

/** Not `recursive`: node never comes back from that where the kernel says ENOENT below a folder that exists, as in /proc. */
async function makeWithParents(path: string): Promise<string | undefined> {
  if (existsSync(path)) return undefined;
  const first = await makeWithParents(dirname(path));
  await mkdir(path);
  return first ?? path;
}

async function fill(home: string, template: Template): Promise<void> {
  const repository = git(home);
  // Forced, for a global gitignore of the user's might leave out part of the genome.
  const commit = async (message: string): Promise<void> => {
    await repository.run([...AS_IT_IS, "add", "--all", "--force"]);
    await repository.run(["commit", "--quiet", "-m", message]);
  };
  await repository.run(["init", "--quiet", "--initial-branch=upstream"]);
  await copyGenome(home, template);
  await commit(`Begin with the ${template} genome of Ratchet`);
  await repository.run(["switch", "--quiet", "--create", "main"]);
  await Promise.all([
    writeFile(join(home, "agent.yaml"), agentYaml(nameOf(home), firstSuite(template))),
    writeFile(join(home, "guardrails.yaml"), guardrailsYaml()),
    writeFile(join(home, ".gitignore"), ".agent/\n"),
    copyExampleSuite(home),
  ]);
  await commit("Add the constitution: configuration, guard rules, an example suite");
}

/** No attributes of the user's rewrite line ends on the way into the repository, or refuse to. */
const AS_IT_IS = ["-c", "core.attributesFile=/dev/null", "-c", "core.safecrlf=false"];

/** @param made what {@link makeFolder} gave */
async function clear(home: string, made: string | undefined): Promise<void> {
  if (made !== undefined) return rm(made, { recursive: true, force: true });
  for (const entry of await readdir(home)) await rm(join(home, entry), { recursive: true, force: true });
}

async function copyGenome(home: string, template: Template): Promise<void> {
  const genome =
    template === "default" ? packageFile("runtime/genome") : packageFile("runtime/genome/templates/naive");
  await cp(join(genome, "harness"), join(home, "harness"), { recursive: true });
  await cp(join(genome, "prompts"), join(home, "prompts"), { recursive: true });
  await copySkills(packageFile("skills"), join(home, "skills"));
  if (existsSync(join(genome, "skills"))) await copySkills(join(genome, "skills"), join(home, "skills"));
}

/** Folders with a SKILL.md; the library beside them is no skill. */
async function copySkills(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (!entry.isDirectory() || !existsSync(join(from, entry.name, "SKILL.md"))) continue;
    await cp(join(from, entry.name), join(to, entry.name), { recursive: true, force: true });
  }
}

async function copyExampleSuite(home: string): Promise<void> {
  await cp(packageFile("runtime/genome/templates/tasks"), join(home, "tasks"), { recursive: true });
}

/** Sixty-four characters at most, none of them cut in two. */
function nameOf(home: string): string {
  return basename(home).slice(0, 64).toWellFormed().replaceAll("\uFFFD", "") || "agent";
}
