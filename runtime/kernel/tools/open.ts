/** What the file tools share: opening what a path leads to, and saying why that did not work. */
import { posix } from "node:path";
import type { ToolResult } from "../protocol.ts";
import { closest } from "../closest.ts";
import { messageOf } from "../error.ts";
import { codeOf } from "../workspace/dir.ts";
import { openFolder, withParent } from "../workspace/files.ts";
import type { Place } from "./place.ts";
import { failed } from "./result.ts";

export type Inside = Extract<Place, { kind: "inside" }>;

/** Opens a regular file for reading; whoever calls closes the descriptor. @throws system errors, ENOTREG, EISDIR */
export function openForReading({ rootDir, names }: Inside): number {
  return withParent(rootDir, names, false, (parent, name) => {
    if (parent.stat(name)?.isDirectory() === true)
      throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    return parent.openFile(name);
  });
}

export function outsideResult(asked: string, place: Extract<Place, { kind: "outside" }>): ToolResult {
  const leads = place.path === asked ? "" : `: it leads to ${place.path}`;
  return failed("denied", `${asked} is outside the workspace${leads}. Use a path relative to the workspace.`);
}

/** A file error as a result. @throws what is no system error */
export function explain(error: unknown, asked: string, place: Inside): ToolResult {
  const code = codeOf(error);
  switch (code) {
    case "ENOENT":
      return failed("not_found", `there is no ${asked}${nearby(place)}`);
    case "EISDIR":
      return failed("failed", `${asked} is a folder${listing(place)}`);
    case "ENOTREG":
      return failed(
        "failed",
        `${asked} is not a regular file (a pipe, a socket or a device); it is left alone`,
      );
    case "ENOTDIR":
    case "ELOOP":
      return failed("failed", `${asked}: one of the folders on the way is a file or was replaced by a link`);
    case "ENAMETOOLONG":
      return failed("invalid_input", `${asked.slice(0, 200)}…: the name is too long`);
    case "EACCES":
    case "EPERM":
      return failed("failed", `${asked}: permission denied`);
    case undefined:
      throw error;
    default:
      return failed("failed", `${asked}: ${messageOf(error)}`);
  }
}

/** `; did you mean …?` and what the nearest folder that exists holds. */
function nearby(place: Inside): string {
  for (let depth = place.names.length - 1; depth >= 0; depth--) {
    const names = entriesOf(place, depth);
    if (names === undefined) continue;
    const folder = place.names.slice(0, depth);
    const meant = closest(place.names[depth] ?? "", names);
    const guess = meant === undefined ? "" : `; did you mean ${posix.join(...folder, meant)}?`;
    return `${guess} (${describe(folder, names)})`;
  }
  return "";
}

function listing(place: Inside): string {
  const names = entriesOf(place, place.names.length);
  return names === undefined ? "" : `; ${describe(place.names, names)}`;
}

function entriesOf(place: Inside, depth: number): string[] | undefined {
  try {
    using dir = openFolder(place.rootDir, place.names.slice(0, depth));
    return dir
      .entries()
      .map((entry) => entry.name.toString() + (entry.isDirectory() ? "/" : ""))
      .toSorted();
  } catch {
    return undefined;
  }
}

function describe(folder: readonly string[], names: readonly string[]): string {
  const where = folder.length === 0 ? "the workspace" : folder.join("/");
  if (names.length === 0) return `${where} is empty`;
  const more = names.length > 20 ? ` and ${names.length - 20} more` : "";
  return `${where} holds: ${names.slice(0, 20).join(", ")}${more}`;
}
