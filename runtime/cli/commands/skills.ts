import { readFile, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { releaseGenome } from "../../../replay/release/genome.ts";
import { createLessonIndex, createSkillIndex } from "../../../skills/find.ts";
import { splitLessons } from "../../../skills/lessons.ts";
import { lintSkill } from "../../../skills/lint.ts";
import { loadSkills } from "../../../skills/load.ts";
import { RatchetError } from "../../kernel/error.ts";
import { homeOf, type HomeOption } from "../open.ts";
import { bold, dim, green, oneLine, print, printJson, red, table, yellow } from "../output.ts";

export async function listSkills(options: HomeOption & { json?: boolean }): Promise<void> {
  const genome = await releaseGenome(await homeOf(options));
  const { skills, problems } = await loadSkills(genome.skills);
  if (options.json === true) {
    printJson({ skills: skills.map(({ name, description }) => ({ name, description })), problems });
    return;
  }
  print(table(skills.map(({ name, description }) => [bold(name), oneLine(description, 100)])));
  for (const problem of problems) print(yellow(oneLine(JSON.stringify(problem), 120)));
}

/** By the kernel's own ranking; a harness may weigh names, descriptions and texts otherwise. */
export async function findSkills(
  query: string,
  options: HomeOption & { json?: boolean; limit: number },
): Promise<void> {
  if (query.trim() === "")
    throw new RatchetError("usage", "there is nothing to find", "Give words of a task, or of an error.");
  const genome = await releaseGenome(await homeOf(options));
  const { skills: all } = await loadSkills(genome.skills);
  const skills = createSkillIndex(all).search(query, options.limit);
  const text = await readFile(join(genome.prompts, "lessons.md"), "utf8").catch(absentAsEmpty);
  const lessons = createLessonIndex(splitLessons(text)).search(query, options.limit);
  if (options.json === true) {
    printJson({ skills, lessons });
    return;
  }
  if (skills.length + lessons.length === 0) print("Nothing was found.");
  const rows = [
    ...skills.map(({ name, description, score }) => [score, bold(name), description] as const),
    ...lessons.map((lesson) => [lesson.score, dim("lesson"), lesson.text] as const),
  ];
  print(table(rows.map(([score, name, about]) => [score.toFixed(2), name, oneLine(about, 100)])));
}

function absentAsEmpty(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
  throw error;
}

export async function lintSkills(paths: readonly string[], options: { json?: boolean }): Promise<void> {
  const files = (await Promise.all(paths.map(skillFiles))).flat();
  const results = await Promise.all(
    files.map(async (path) => ({
      path,
      findings: lintSkill(await readFile(path, "utf8"), basename(dirname(resolve(path)))),
    })),
  );
  const errors = results
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => severity === "error").length;
  process.exitCode = errors > 0 ? 1 : 0;
  if (options.json === true) {
    printJson(results);
    return;
  }
  for (const { path, findings } of results) {
    if (findings.length === 0) print(`${green("ok")}  ${path}`);
    for (const { rule, severity, line, message } of findings) {
      print(
        `${severity === "error" ? red("error") : yellow("warning")}  ${path}:${line}  ${message}  ${dim(rule)}`,
      );
    }
  }
}

/** A SKILL.md, a skill's folder, or a folder of skills. */
async function skillFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new RatchetError("usage", `there is no ${path}`);
  if (found.isFile()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  if (entries.some((entry) => entry.name === "SKILL.md")) return [join(path, "SKILL.md")];
  const nested = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name, "SKILL.md"))
      .map(existing),
  );
  const files = nested.flat();
  if (files.length === 0)
    throw new RatchetError(
      "usage",
      `${path} holds no SKILL.md`,
      "Name a SKILL.md, a skill's folder, or a folder of skills.",
    );
  return files;
}

async function existing(file: string): Promise<string[]> {
  return (await stat(file).catch(() => undefined)) === undefined ? [] : [file];
}
