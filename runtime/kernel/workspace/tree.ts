/**
 * Git trees as snapshots use them. Unlike git's own they keep all permission bits and empty folders. Git forbids
 * entries named `.git`, so these are stored under another name: the trees stay fit for git's own commands.
 * Names are byte strings (latin1), since a file name need not be UTF-8.
 */
import { hash } from "node:crypto";

export interface TreeEntry {
  readonly name: string;
  /** File type and permission bits, as in `stat`: 0o100644, 0o120000, 0o040000. */
  readonly mode: number;
  readonly oid: string;
}

export type EntryKind = "file" | "link" | "folder";

export function kindOf(mode: number): EntryKind {
  switch (mode & 0o170000) {
    case 0o040000:
      return "folder";
    case 0o120000:
      return "link";
    default:
      return "file";
  }
}

export const FOLDER_MODE = 0o040000;
export const LINK_MODE = 0o120000;

/** Sorts as git does, and gives the entries with the names under which they are stored. */
export function storedEntries(entries: readonly TreeEntry[]): TreeEntry[] {
  const sortKey = ({ name, mode }: TreeEntry): string => (kindOf(mode) === "folder" ? `${name}/` : name);
  return entries
    .map((entry) => ({ ...entry, name: escapeName(entry.name) }))
    .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** Id of the tree with these entries, which must come from {@link storedEntries}. */
export function treeId(stored: readonly TreeEntry[]): string {
  const parts = stored.flatMap(({ mode, name, oid }) => [
    Buffer.from(`${mode.toString(8)} ${name}\0`, "latin1"),
    Buffer.from(oid, "hex"),
  ]);
  return objectId("tree", Buffer.concat(parts));
}

export function objectId(type: "blob" | "tree", content: Uint8Array): string {
  return hash("sha1", Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]), "hex");
}

/** Reads a tree object. @throws Error when it is damaged or holds a name that could lead elsewhere */
export function parseTree(content: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space < 0 || end < 0 || end + 21 > content.length)
      throw new Error("a tree of the snapshot is damaged");
    const name = unescapeName(content.toString("latin1", space + 1, end));
    if (name === "" || name === "." || name === ".." || name.includes("/")) {
      throw new Error(`a tree of the snapshot holds the name "${name}"`);
    }
    entries.push({
      name,
      mode: Number.parseInt(content.toString("latin1", at, space), 8),
      oid: content.toString("hex", end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

/** `.git` and whatever looks like an escaped one, in any case, gets one more mark. */
function escapeName(name: string): string {
  return /^\.git(?:%r)*$/i.test(name) ? `${name}%r` : name;
}

function unescapeName(name: string): string {
  return /^\.git(?:%r)+$/i.test(name) ? name.slice(0, -2) : name;
}
