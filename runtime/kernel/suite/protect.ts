/** Files of the workspace that a check relies on: a run that changed them has not solved its task, whatever the check says. */
import { closeSync, fstatSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join, posix } from "node:path";
import type { Stats } from "node:fs";
import { matchesPath } from "../../../guardrails/glob.ts";
import { Dir } from "../workspace/dir.ts";
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
  return named.flatMap((part) => {
    const names = namesOf(part);
    if (names === undefined) return [];
    const stat = lstatSync(join(root, ...names), { throwIfNoEntry: false });
    if (stat === undefined) return [];
    return stat.isDirectory() ? [`${names.join("/")}/**`] : [names.join("/")];
  });
}

/** The way below the workspace, where the check starts, in whatever spelling; undefined when it leads elsewhere, or nowhere. */
function namesOf(part: string): string[] | undefined {
  const value = part.startsWith("-") ? part.slice(part.indexOf("=") + 1) : part;
  if (value.startsWith("-") || value.includes("\0")) return undefined;
  const way = posix.relative("/workspace", posix.resolve("/workspace", value.replace(/^file:\/\//, "")));
  const names = way.split("/").filter((name) => name !== "");
  return names.length === 0 || names[0] === ".." ? undefined : names;
}

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
