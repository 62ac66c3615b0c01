/** Where a path that the model wrote leads: into the workspace, into the skills, or out of both. */
import { lstatSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { z } from "zod";
import { codeOf } from "../workspace/dir.ts";
import type { ToolContext } from "./tool.ts";

/** As long as Linux lets a path be, in bytes. What is longer cannot be opened, and takes long to look at. */
const MAX_PATH_BYTES = 4096;

export const TOO_LONG = `longer than ${MAX_PATH_BYTES} bytes`;

/** A path as the input of a tool. */
export const PathInput = z.string().min(1).refine(isShortPath, TOO_LONG);

export function isShortPath(path: string): boolean {
  return path.length <= MAX_PATH_BYTES && Buffer.byteLength(path) <= MAX_PATH_BYTES;
}

export type Place =
  | {
      readonly kind: "inside";
      readonly root: "workspace" | "skills";
      /** Real path of the root on the host. */
      readonly rootDir: string;
      /** Names below the root, with no link among them when this was found out; none for the root itself. */
      readonly names: readonly string[];
      /** The path as policy and messages write it. */
      readonly path: string;
    }
  | { readonly kind: "outside"; readonly path: string };

/** The paths that policy must be asked about: the one that was written, and the one that links lead to. */
export function pathsOf(asked: string, context: ToolContext): string[] {
  return [...new Set([locate(asked, context).path, resolvePlace(asked, context).path])];
}

/**
 * Follows links, as long as they stay inside the root. A folder that another process swaps for a link afterwards is
 * caught when it is opened, name by name (see dir.ts).
 */
export function resolvePlace(asked: string, context: ToolContext): Place {
  const start = locate(asked, context);
  return start.kind === "outside" ? start : followLinks(start);
}

/** What a link-free path below `rootDir` is called. The same as {@link resolvePlace} for a root without skills. */
export function resolveBelow(rootDir: string, path: string): Place {
  if (!isShortPath(path)) return tooLong(path);
  const clean = posix.normalize(path);
  if (path.includes("\0") || posix.isAbsolute(clean) || leadsUp(clean))
    return { kind: "outside", path: clean };
  return followLinks({ kind: "inside", root: "workspace", rootDir, names: namesOf(path), path: clean });
}

/** As it is written, links not looked at. */
function locate(asked: string, context: ToolContext): Place {
  if (!isShortPath(asked)) return tooLong(asked);
  if (asked.includes("\0")) return { kind: "outside", path: asked.replaceAll("\0", "\\0") };
  const path = asked.replace(/^\$(?:SKILLS|\{SKILLS\})(?=\/|$)/, "/skills");
  for (const [prefix, root, rootDir] of prefixes(context)) {
    if (path !== prefix && !path.startsWith(`${prefix}/`)) continue;
    return inside(root, rootDir, path.slice(prefix.length));
  }
  if (posix.isAbsolute(path)) return { kind: "outside", path: posix.normalize(path) };
  return inside("workspace", context.workspace, path);
}

function tooLong(path: string): Place {
  return { kind: "outside", path: `${path.slice(0, 100).toWellFormed()}… (${TOO_LONG})` };
}

function prefixes(context: ToolContext): (readonly [string, "workspace" | "skills", string])[] {
  return [
    ["/workspace", "workspace", context.workspace],
    ["/skills", "skills", context.skills],
    [context.skills, "skills", context.skills],
    [context.workspace, "workspace", context.workspace],
  ];
}

function inside(root: "workspace" | "skills", rootDir: string, path: string): Place {
  const clean = posix.normalize(`./${path}`);
  if (leadsUp(clean)) return { kind: "outside", path: clean };
  return { kind: "inside", root, rootDir, names: namesOf(path), path: shown(root, namesOf(clean)) };
}

function followLinks(start: Extract<Place, { kind: "inside" }>): Place {
  const ahead = [...start.names];
  const names: string[] = [];
  let links = 0;
  while (ahead.length > 0) {
    const name = ahead.shift() ?? "";
    if (name === "..") {
      if (names.pop() === undefined) return { kind: "outside", path: `../${ahead.join("/")}` };
      continue;
    }
    const target = readLink(posix.join(start.rootDir, ...names, name));
    if (target === undefined) {
      names.push(name);
      continue;
    }
    if (++links > 40) return { kind: "outside", path: `${start.path} (a circle of links)` };
    const local = belowRoot(target, start);
    if (local === undefined) return { kind: "outside", path: target };
    if (posix.isAbsolute(target)) names.length = 0;
    ahead.unshift(...namesOf(local));
  }
  return { ...start, names, path: shown(start.root, names) };
}

function readLink(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
      ? readlinkSync(path)
      : undefined;
  } catch (error) {
    // A file in the place of a folder, or a name that is too long: opening it will say so.
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}

/** A link's target as a path from the root (absolute ones) or from where the link is. */
function belowRoot(
  target: string,
  { root, rootDir }: Extract<Place, { kind: "inside" }>,
): string | undefined {
  if (!posix.isAbsolute(target)) return target;
  const clean = posix.normalize(target);
  for (const prefix of [`/${root}`, rootDir]) {
    if (clean === prefix || clean.startsWith(`${prefix}/`)) return clean.slice(prefix.length);
  }
  return undefined;
}

function shown(root: "workspace" | "skills", names: readonly string[]): string {
  if (root === "skills") return ["/skills", ...names].join("/");
  return names.length === 0 ? "." : names.join("/");
}

function leadsUp(clean: string): boolean {
  return clean === ".." || clean.startsWith("../");
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
