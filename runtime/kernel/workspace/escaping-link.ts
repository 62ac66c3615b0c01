/** Looks for links that lead out of a folder, without following any of them out. */
import { lstatSync, readlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { Dir, codeOf } from "./dir.ts";
import { readable } from "./survey.ts";

export type LinkSearch =
  | { readonly kind: "none" }
  /** Path and target as text for people. */
  | { readonly kind: "found"; readonly path: string; readonly target: string }
  /** There is more, or it is nested deeper, than is looked at. */
  | { readonly kind: "unknown"; readonly why: string };

const MAX_ENTRIES = 500_000;
const MAX_DEPTH = 200;
/** As many as Linux follows. */
const MAX_LINKS = 40;

/**
 * The first link below `root` that leads out of it, by an absolute target or by `..`, through other links or not. Names
 * that do not exist are walked through as they are written. Nothing else may change the folder meanwhile.
 * @param root real path of the folder
 * @param shownAs path under which whoever reads the folder later sees it, for example `/workspace`: an absolute target
 * below it stays inside
 * @throws system errors, when a folder cannot be read
 */
export async function findEscapingLink(
  root: string,
  shownAs: string,
  maxEntries = MAX_ENTRIES,
): Promise<LinkSearch> {
  const roots = [shownAs, root].map((path) => namesOf(Buffer.from(path).toString("latin1")));
  let seen = 0;
  const visit = async (dir: Dir, names: readonly string[]): Promise<LinkSearch> => {
    if (names.length > MAX_DEPTH) {
      return { kind: "unknown", why: `its folders are nested more than ${MAX_DEPTH} deep` };
    }
    for (const entry of dir.entries()) {
      if (++seen > maxEntries) return { kind: "unknown", why: `it holds more than ${maxEntries} entries` };
      // Other runs get their turn in between.
      if (seen % 2000 === 0) await setImmediate();
      const path = [...names, entry.name.toString("latin1")];
      const stat = dir.stat(entry.name);
      if (stat?.isDirectory() === true) {
        using child = dir.child(entry.name);
        const below = await visit(child, path);
        if (below.kind !== "none") return below;
      } else if (stat?.isSymbolicLink() === true) {
        const target = targetOf(dir.at(entry.name));
        if (leadsOut(root, roots, names, target))
          return { kind: "found", path: readable(path.join("/")), target: readable(target) };
      }
    }
    return { kind: "none" };
  };
  using dir = Dir.open(root);
  return visit(dir, []);
}

/** `from` are the names of the folder that holds the link, none of them a link. All names are byte strings (latin1). */
function leadsOut(
  root: string,
  roots: readonly (readonly string[])[],
  from: readonly string[],
  target: string,
): boolean {
  const at = [...from];
  const ahead: string[] = [];
  let links = 0;
  const follow = (target: string): boolean => {
    if (++links > MAX_LINKS) return false;
    const names = namesOf(target);
    if (!target.startsWith("/")) {
      ahead.unshift(...names);
      return true;
    }
    const inside = roots.find((root) => root.every((name, i) => names[i] === name));
    if (inside === undefined) return false;
    at.length = 0;
    ahead.splice(0, 0, ...names.slice(inside.length));
    return true;
  };
  if (!follow(target)) return true;
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === "..") {
      if (at.pop() === undefined) return true;
      continue;
    }
    const next = linkAt(root, [...at, name]);
    if (next === undefined) at.push(name);
    else if (!follow(next)) return true;
  }
  return false;
}

/** The target, if there is a link. */
function linkAt(root: string, names: readonly string[]): string | undefined {
  const path = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(names.join("/"), "latin1")]);
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? targetOf(path) : undefined;
  } catch (error) {
    // A file in the place of a folder: nothing lies behind it. Other errors leave open what lies there.
    if (codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function targetOf(path: Buffer): string {
  return readlinkSync(path, { encoding: "buffer" }).toString("latin1");
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
