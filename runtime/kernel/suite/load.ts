/** Reads tasks from disk. What is wrong with them is told with file, line and a suggestion, before anything runs. */
import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { closest } from "../closest.ts";
import { parseYaml, readText } from "../config/yaml-file.ts";
import { RatchetError, messageOf } from "../error.ts";
import { Task, type Check, type TaskOnDisk } from "./task.ts";

/**
 * All tasks of a suite, by name. Every folder in it is a task, except those whose name begins with a dot.
 * @throws RatchetError (config) that lists every problem of every task
 */
export async function loadSuite(dir: string): Promise<TaskOnDisk[]> {
  const folders = foldersIn(dir);
  if (folders.length === 0) {
    throw new RatchetError(
      "config",
      `${dir}: there is no task in this suite`,
      "A task is a folder with a task.yaml.",
    );
  }
  const loaded = await Promise.allSettled(folders.map((folder) => loadTask(join(dir, folder))));
  const problems = loaded.flatMap((task) => (task.status === "rejected" ? [messageOf(task.reason)] : []));
  if (problems.length > 0)
    throw new RatchetError("config", problems.join("\n"), "Mend the tasks; nothing was run.");
  return loaded.flatMap((task) => (task.status === "fulfilled" ? [task.value] : []));
}

/** @throws RatchetError (config) */
export async function loadTask(dir: string): Promise<TaskOnDisk> {
  const folder = realFolder(dir);
  const file = join(folder, "task.yaml");
  const text = await readText(file);
  const task = parseYaml(text, file, Task);
  const problems = task.verify.flatMap((check, i) =>
    checkProblems(check, folder).map((text) => `verify.${i}: ${text}`),
  );
  task.services.forEach(({ host, script }, i) => {
    problems.push(...verifyFileProblems(script, folder).map((text) => `services.${i}.script: ${text}`));
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(host)) {
      problems.push(
        `services.${i}.host: "${host}" is not a host name in lower case, for example prices.test`,
      );
    }
  });
  problems.push(...folderProblems("workspace", folder), ...folderProblems("verify", folder));
  if (problems.length > 0) {
    const lines = text.split("\n");
    throw new RatchetError(
      "config",
      problems.map((problem) => `${file}:${lineOf(problem, lines)}: ${problem}`).join("\n"),
    );
  }
  return { id: `${basename(dirname(folder))}/${basename(folder)}`, dir: folder, task };
}

function foldersIn(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => entry.name)
      .toSorted();
  } catch (error) {
    throw new RatchetError("config", `${dir}: the suite cannot be read: ${messageOf(error)}`);
  }
}

function realFolder(dir: string): string {
  try {
    return realpathSync(dir);
  } catch (error) {
    throw new RatchetError("config", `${dir}: the task cannot be read: ${messageOf(error)}`);
  }
}

/** Git keeps no empty folders, so none at all is an empty one. A link would hand over what lies elsewhere on the host. */
function folderProblems(name: string, folder: string): string[] {
  const stat = lstatSync(join(folder, name), { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return [];
  return [`${name}/ is ${stat.isSymbolicLink() ? "a link; put the files themselves there" : "not a folder"}`];
}

function checkProblems(check: Check, folder: string): string[] {
  if ("file" in check)
    return [...pathProblems(check.file, "the workspace"), ...verifyFileProblems(check.equals, folder)];
  if ("absent" in check) return pathProblems(check.absent, "the workspace");
  const named = check.command
    .filter((part) => part.startsWith("/verify/"))
    .map((part) => part.slice("/verify/".length));
  return named.flatMap((path) => verifyFileProblems(path, folder));
}

/** A truth or a script must be there before a run is spent on it. */
function verifyFileProblems(path: string, folder: string): string[] {
  const problems = pathProblems(path, "verify/");
  if (problems.length > 0) return problems;
  if (lstatSync(join(folder, "verify", path), { throwIfNoEntry: false }) !== undefined) return [];
  const meant = closest(path, namesIn(join(folder, "verify")));
  return [`there is no verify/${path}${meant === undefined ? "" : `; did you mean "${meant}"?`}`];
}

function pathProblems(path: string, root: string): string[] {
  const bad = path === "" || path.startsWith("/") || path.includes("\0") || path.split("/").includes("..");
  return bad ? [`"${path}" is not a path inside ${root}: write it relative to ${root}, without ..`] : [];
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** The line that names what the problem quotes, or the first. */
function lineOf(problem: string, lines: readonly string[]): number {
  const quoted = /no verify\/(.+?)(?:;|$)|"([^"]*)"/.exec(problem);
  const text = quoted?.[1] ?? quoted?.[2] ?? "";
  return Math.max(0, text === "" ? 0 : lines.findIndex((line) => line.includes(text))) + 1;
}
