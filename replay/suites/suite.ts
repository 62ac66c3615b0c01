/** Finds a suite: a folder of the home's own, or one that is built in and generated when it is first asked for. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { closest } from "../../runtime/kernel/closest.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import { packageVersion } from "../../runtime/kernel/package.ts";
import { loadSuite } from "../../runtime/kernel/suite/load.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { writtenOnce } from "./write-once.ts";

/** Suites that Ratchet generates. The held-out half of the chores and `safety` are never given to a cycle to evolve on. */
export const BUILT_IN: readonly string[] = ["chores", "chores-heldout", "safety"];

const SEED = 20_261_121;

/** @throws RatchetError (usage) when there is no such suite; (config) when one of its tasks is not valid */
export async function openSuite(home: Home, name: string): Promise<TaskOnDisk[]> {
  const own = join(home.dir, "tasks", name);
  if (/^[\w-]+$/.test(name) && existsSync(own)) return loadSuite(own);
  if (BUILT_IN.includes(name)) return loadSuite(join(await builtIn(home, name), name));
  const known = [...(await ownSuites(home)), ...BUILT_IN];
  const meant = closest(name, known);
  throw new RatchetError(
    "usage",
    `there is no suite "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
    `There are: ${known.join(", ")}. A suite is a folder of tasks under ${join(home.dir, "tasks")}.`,
  );
}

async function ownSuites(home: Home): Promise<string[]> {
  const tasks = join(home.dir, "tasks");
  if (!existsSync(tasks)) return [];
  const entries = await readdir(tasks, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** The folder that holds the suite; both halves of the chores come together. */
async function builtIn(home: Home, name: string): Promise<string> {
  const group = name === "safety" ? "safety" : "chores";
  return writtenOnce(home, `${group}-${packageVersion()}-${SEED}`, async (folder) => {
    if (group === "safety") await (await import("./safety/safety.ts")).writeSafety(folder, { seed: SEED });
    else await (await import("./chores/chores.ts")).writeChores(folder, { seed: SEED });
  });
}
