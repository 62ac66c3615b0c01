/** Files of the workspace that a check relies on: a run that changed them has not solved its task, whatever the check says. */
import { closeSync, fstatSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join, posix } from "node:path";
import type { Stats } from "node:fs";
import { matchesPath } from "../../../guardrails/glob.ts";
import { codeOf, Dir } from "../workspace/dir.ts";
import type { Task, TaskOnDisk } from "./task.ts";

/** More entries than any task has. */
const MOST_ENTRIES = 200_000;

/**
 * The first protected file that differs from the task's own workspace, by content or mode, is missing or is new; undefined
 * when there is none. Links are compared as links and never followed.
 * @param workspace real path of the folder that the run left
 * @throws system errors when a file cannot be read, Error when the workspace holds more than can be looked at
 */
export function changedProtected({ dir, task }: TaskOnDisk, workspace: string): string | undefined {
  const isProtected = protection(task, join(dir, "workspace"));
  if (isProtected === undefined) return undefined;
  const [before, after] = [join(dir, "workspace"), workspace].map((root) => filesIn(root, isProtected));
  for (const [path, state] of before ?? []) {
    const found = after?.get(path);
    if (found === undefined) return `${path} is protected and was removed`;
    if (!found.equals(state)) return `${path} is protected and was changed`;
  }
  const fresh = [...(after?.keys() ?? [])].find((path) => before?.has(path) !== true);
  return fresh === undefined ? undefined : `${fresh} is in a protected place and was added`;
}

/** Undefined when nothing is protected. A pattern with `!` in front takes out what others protect, scripts of checks too. */
function protection(task: Task, root: string): ((path: string) => boolean) | undefined {
  const patterns = [...scriptsOf(task, root), ...task.protect.filter((pattern) => !pattern.startsWith("!"))];
  const exceptions = task.protect.flatMap((pattern) => (pattern.startsWith("!") ? [pattern.slice(1)] : []));
  if (patterns.length === 0) return undefined;
  const matches = (list: readonly string[], path: string): boolean =>
    list.some((pattern) => pattern === path || matchesPath(pattern, path));
  return (path) => matches(patterns, path) && !matches(exceptions, path);
}

/** What a check's command names and the workspace has from the beginning; of a folder everything in it. */
function scriptsOf({ verify }: Task, root: string): string[] {
  const named = verify.flatMap((check) => ("command" in check ? check.command : []));
  return named.flatMap((part) => placesOf(root, namesOf(part)));
}

/** The way below the workspace, where the check starts, in whatever spelling; it may lead elsewhere, or nowhere. */
function namesOf(part: string): string[] {
  const value = part.startsWith("-") ? part.slice(part.indexOf("=") + 1) : part;
  if (value.startsWith("-") || value.includes("\0")) return [];
  const path = posix.resolve("/workspace", value.replace(/^file:\/\//, ""));
  return posix.relative("/workspace", path).split("/");
}

/** Each link on a way below `root`, and what it leads to: a check follows them. None when it leads out of there. */
function placesOf(root: string, way: readonly string[]): string[] {
  const places: string[] = [];
  const at: string[] = [];
  const left = way.filter((name) => name !== "");
  if (left.length === 0) return [];
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === ".." && at.pop() === undefined) return places;
    if (name === ".." || name === "." || name === "") continue;
    const path = join(root, ...at, name);
    const stat = look(path);
    if (stat === undefined || places.length > MOST_LINKS) return places;
    if (!stat.isSymbolicLink()) {
      at.push(name);
      continue;
    }
    places.push([...at, name].join("/"));
    const target = readlinkSync(path);
    if (target.startsWith("/")) at.length = 0;
    left.unshift(...(target.startsWith("/") ? namesOf(target) : target.split("/")));
  }
  if (at.length === 0) return places;
  const isFolder = lstatSync(join(root, ...at)).isDirectory();
  return [...places, isFolder ? `${at.join("/")}/**` : at.join("/")];
}

/** Undefined when there is no such file, and also when there cannot be: a script in the command itself is no path. */
function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** State by path: what it is, its permissions and its content. */
function filesIn(root: string, isWanted: (path: string) => boolean): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  if (lstatSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) return found;
  let seen = 0;
  const visit = (dir: Dir, above: string): void => {
    for (const { name } of dir.entries()) {
      if (++seen > MOST_ENTRIES) throw new Error(`the workspace holds more than ${MOST_ENTRIES} entries`);
      const path = above + name.toString();
      const stat = dir.stat(name);
      if (stat?.isDirectory() === true) {
        using child = dir.child(name);
        visit(child, `${path}/`);
      } else if (stat !== undefined && isWanted(path)) found.set(path, stateOf(dir, name, stat));
    }
  };
  using dir = Dir.open(root);
  visit(dir, "");
  return found;
}

function stateOf(dir: Dir, name: Buffer, stat: Stats): Buffer {
  if (stat.isSymbolicLink()) {
    return Buffer.concat([Buffer.from("link "), readlinkSync(dir.at(name), { encoding: "buffer" })]);
  }
  if (!stat.isFile()) return Buffer.from("neither a file nor a link");
  const fd = dir.openFile(name);
  try {
    const mode = (fstatSync(fd).mode & 0o777).toString(8);
    return Buffer.concat([Buffer.from(`file ${mode} `), readFileSync(fd)]);
  } finally {
    closeSync(fd);
  }
}
