/**
 * Snapshots of a workspace as trees in a private git repository: content-addressed, incremental, and complete (links,
 * permission bits, empty folders, nested repositories, ignored files, names that are not UTF-8).
 */
import { randomBytes } from "node:crypto";
import { closeSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import type { Writable } from "node:stream";
import { RatchetError } from "../error.ts";
import { codeOf, Dir } from "./dir.ts";
import { ensureStore, finish, send, startGit } from "./git-store.ts";
import { loadCache, looksOf, saveCache, tooFresh, type StatCache } from "./stat-cache.ts";
import { readable, survey, type FileSeen, type FolderSeen } from "./survey.ts";
import { FOLDER_MODE, kindOf, LINK_MODE, objectId, storedEntries, treeId, type TreeEntry } from "./tree.ts";

export interface SnapshotOptions {
  readonly workspace: string;
  /** Folder of the bare repository; made when missing. Never run `git gc` there: nothing refers to snapshots. */
  readonly store: string;
  /** 256 MiB when left out. */
  readonly maxBytes?: number;
}

export interface Snapshot {
  /** Id of the tree: equal for equal workspaces. */
  readonly tree: string;
  readonly files: number;
  readonly bytes: number;
  /** Sockets, pipes and devices, which are not in the snapshot. */
  readonly skipped: readonly string[];
}

const MAX_BYTES = 256 * 1024 * 1024;
const MAX_ENTRIES = 200_000;

/** @throws SnapshotTooLarge, RatchetError (infrastructure) */
export async function snapshot({
  workspace,
  store,
  maxBytes = MAX_BYTES,
}: SnapshotOptions): Promise<Snapshot> {
  const folder = realpathSync(workspace);
  await ensureStore(store);
  const began = Date.now();
  const cache = await loadCache(store, folder);
  const { root, files, bytes, skipped } = await survey(folder, store, { maxBytes, maxEntries: MAX_ENTRIES });
  const blobs = await storeBlobs(folder, root, cache, store);
  const trees = new Map<string, readonly TreeEntry[]>();
  const tree = buildTree(root, blobs, trees);
  await storeTrees(
    [...trees].filter(([oid]) => !cache.trees.has(oid)),
    store,
  );
  const next = nextCache(root, blobs, trees, began);
  if (!sameCache(cache, next)) await saveCache(store, folder, next);
  return { tree, files, bytes, skipped };
}

/** Object ids by path. Reads and stores what the cache does not know. */
async function storeBlobs(
  workspace: string,
  root: FolderSeen,
  cache: StatCache,
  store: string,
): Promise<Map<string, string>> {
  const oids = new Map<string, string>();
  const changed = new Set<string>();
  for (const file of filesIn(root)) {
    const known = cache.files.get(file.path);
    if (known?.[0] === looksOf(file.stat)) oids.set(file.path, known[1]);
    else changed.add(file.path);
  }
  if (changed.size === 0) return oids;
  const stored = new Set<string>(oids.values());
  const visit = async (dir: Dir, folder: FolderSeen, input: Writable): Promise<void> => {
    for (const entry of folder.entries) {
      if (entry.kind === "folder") {
        if (!hasAny(entry, changed)) continue;
        using child = dir.child(Buffer.from(entry.name, "latin1"));
        await visit(child, entry, input);
      } else if (changed.has(entry.path)) {
        const content = readEntry(dir, entry);
        const oid = objectId("blob", content);
        oids.set(entry.path, oid);
        if (stored.has(oid)) continue;
        stored.add(oid);
        await sendBlob(input, content);
      }
    }
  };
  await finish(startGit(store, ["fast-import", "--quiet", "--depth=0"]), "git fast-import", async (input) => {
    // Two imports of the same files at once would make the same pack, and git fails on that; with this none is the same.
    await sendBlob(input, randomBytes(16));
    try {
      using dir = Dir.open(workspace);
      await visit(dir, root, input);
    } catch (error) {
      throw changedMeanwhile(error, workspace);
    }
  });
  return oids;
}

async function sendBlob(input: Writable, content: Buffer): Promise<void> {
  await send(input, `blob\ndata ${content.length}\n`);
  await send(input, content);
  await send(input, "\n");
}

function readEntry(dir: Dir, { kind, name }: FileSeen): Buffer {
  const bytes = Buffer.from(name, "latin1");
  if (kind === "link") return readlinkSync(dir.at(bytes), { encoding: "buffer" });
  const fd = dir.openFile(bytes);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function changedMeanwhile(error: unknown, workspace: string): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  const [what, hint] =
    code === "EACCES"
      ? ["holds files that may not be read", "Make them readable, or move them out of the workspace."]
      : ["was changed while it was being read", "Try again when nothing else writes to it."];
  return new RatchetError("infrastructure", `${workspace} ${what}: ${String(error)}`, hint, { cause: error });
}

/** Bottom-up; collects every tree by its id. */
function buildTree(
  folder: FolderSeen,
  blobs: ReadonlyMap<string, string>,
  trees: Map<string, readonly TreeEntry[]>,
): string {
  const entries = folder.entries.map((entry): TreeEntry => {
    if (entry.kind === "folder")
      return { name: entry.name, mode: FOLDER_MODE, oid: buildTree(entry, blobs, trees) };
    const mode = entry.kind === "link" ? LINK_MODE : 0o100000 | (entry.stat.mode & 0o777);
    const oid = blobs.get(entry.path);
    if (oid === undefined) throw new RatchetError("infrastructure", `${readable(entry.path)} was not stored`);
    return { name: entry.name, mode, oid };
  });
  const stored = storedEntries(entries);
  const oid = treeId(stored);
  trees.set(oid, stored);
  return oid;
}

async function storeTrees(
  trees: readonly (readonly [string, readonly TreeEntry[]])[],
  store: string,
): Promise<void> {
  if (trees.length === 0) return;
  const git = startGit(store, ["mktree", "--missing", "--batch", "-z"]);
  const output = await finish(git, "git mktree", async (input) => {
    for (const [, entries] of trees) {
      const lines = entries.map(({ mode, oid, name }) => {
        const type = kindOf(mode) === "folder" ? "tree" : "blob";
        return `${mode.toString(8).padStart(6, "0")} ${type} ${oid}\t${name}\0`;
      });
      await send(input, Buffer.from(`${lines.join("")}\0`, "latin1"));
    }
  });
  const made = output.trim().split("\n");
  if (made.length === trees.length && trees.every(([oid], i) => made[i] === oid)) return;
  throw new RatchetError(
    "infrastructure",
    "git mktree made other trees than it was told to",
    "Use git 2.39 or one near it.",
  );
}

function nextCache(
  root: FolderSeen,
  blobs: ReadonlyMap<string, string>,
  trees: ReadonlyMap<string, unknown>,
  began: number,
): StatCache {
  const files = new Map<string, readonly [string, string]>();
  for (const { path, stat } of filesIn(root)) {
    if (!tooFresh(stat, began)) files.set(path, [looksOf(stat), blobs.get(path) ?? ""]);
  }
  return { trees: new Set(trees.keys()), files };
}

function sameCache(a: StatCache, b: StatCache): boolean {
  if (a.trees.size !== b.trees.size || a.files.size !== b.files.size) return false;
  for (const oid of b.trees) if (!a.trees.has(oid)) return false;
  for (const [path, [looks, oid]] of b.files) {
    const old = a.files.get(path);
    if (old?.[0] !== looks || old[1] !== oid) return false;
  }
  return true;
}

function* filesIn(folder: FolderSeen): Generator<FileSeen> {
  for (const entry of folder.entries) {
    if (entry.kind === "folder") yield* filesIn(entry);
    else yield entry;
  }
}

function hasAny(folder: FolderSeen, paths: ReadonlySet<string>): boolean {
  return folder.entries.some((entry) =>
    entry.kind === "folder" ? hasAny(entry, paths) : paths.has(entry.path),
  );
}
