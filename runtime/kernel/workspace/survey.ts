/** Looks at everything in a workspace, without reading any file. */
import { lstatSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { RatchetError } from "../error.ts";
import { Dir } from "./dir.ts";
import { SnapshotTooLarge, type LargeFile, type SurveyLimits } from "./too-large.ts";

export interface FileSeen {
  readonly kind: "file" | "link";
  /** Byte strings (latin1), as all names in here. */
  readonly name: string;
  /** From the root, with `/`. */
  readonly path: string;
  readonly stat: Stats;
}

export interface FolderSeen {
  readonly kind: "folder";
  readonly name: string;
  readonly entries: readonly (FileSeen | FolderSeen)[];
}

export interface Survey {
  readonly root: FolderSeen;
  readonly files: number;
  readonly bytes: number;
  /** Sockets, pipes and devices: there is nothing in them to keep. */
  readonly skipped: readonly string[];
}

const MAX_DEPTH = 200;
const LARGEST_KEPT = 5;

/**
 * The folder that holds the snapshots themselves, and the store in it, are left out.
 * @throws SnapshotTooLarge; RatchetError when folders are nested too deeply
 */
export async function survey(workspace: string, store: string, limits: SurveyLimits): Promise<Survey> {
  const own = new Set([store, dirname(store)].map(identityOf));
  let [files, bytes, seen] = [0, 0, 0];
  const skipped: string[] = [];
  const largest: LargeFile[] = [];

  const count = (path: string, stat: Stats): void => {
    files++;
    bytes += stat.size;
    if (largest.length < LARGEST_KEPT || stat.size > (largest.at(-1)?.bytes ?? 0)) {
      largest.push({ path: readable(path), bytes: stat.size });
      largest.sort((a, b) => b.bytes - a.bytes);
      largest.length = Math.min(largest.length, LARGEST_KEPT);
    }
  };

  const visit = async (dir: Dir, name: string, prefix: string, depth: number): Promise<FolderSeen> => {
    if (depth > MAX_DEPTH) {
      throw new RatchetError(
        "infrastructure",
        `${workspace}: folders are nested more than ${MAX_DEPTH} deep at ${readable(prefix).slice(0, 80)}…`,
      );
    }
    const entries: (FileSeen | FolderSeen)[] = [];
    for (const { name: bytesOfName } of dir.entries()) {
      if (++seen > limits.maxEntries) throw new SnapshotTooLarge({ workspace, seen, bytes, largest, limits });
      // Statistics are read without waiting, which is ten times faster; other runs get their turn in between.
      if (seen % 2000 === 0) await setImmediate();
      const child = bytesOfName.toString("latin1");
      const path = prefix + child;
      const stat = dir.stat(bytesOfName);
      if (stat === undefined || own.has(identity(stat))) continue;
      if (stat.isDirectory()) {
        using folder = dir.child(bytesOfName);
        entries.push(await visit(folder, child, `${path}/`, depth + 1));
      } else if (stat.isFile() || stat.isSymbolicLink()) {
        count(path, stat);
        entries.push({ kind: stat.isFile() ? "file" : "link", name: child, path, stat });
      } else skipped.push(readable(path));
    }
    return { kind: "folder", name, entries };
  };

  using root = Dir.open(workspace);
  const folder = await visit(root, "", "", 0);
  if (bytes > limits.maxBytes) throw new SnapshotTooLarge({ workspace, seen, bytes, largest, limits });
  return { root: folder, files, bytes, skipped };
}

/** A byte string as text for people. */
export function readable(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString();
}

function identityOf(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "" : identity(stat);
}

function identity(stat: Stats): string {
  return `${stat.dev}:${stat.ino}`;
}
