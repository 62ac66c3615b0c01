/** Brings back what a snapshot holds: into an empty folder, or in place of what a workspace holds now. */
import {
  constants,
  closeSync,
  fchmodSync,
  fstatSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { RatchetError } from "../error.ts";
import { Dir } from "./dir.ts";
import { own } from "./files.ts";
import { ObjectReader } from "./object-reader.ts";
import { snapshot, type Snapshot, type SnapshotOptions } from "./snapshot.ts";
import { kindOf, type TreeEntry } from "./tree.ts";

export interface RestoreOptions {
  readonly tree: string;
  /** An empty folder. */
  readonly folder: string;
  readonly store: string;
}

/** @throws RatchetError when the folder is not empty, or the store does not hold the tree */
export async function restore({ tree, folder, store }: RestoreOptions): Promise<void> {
  if (readdirSync(folder).length > 0) {
    throw new RatchetError(
      "infrastructure",
      `${folder} is not empty; a snapshot is restored into an empty folder`,
    );
  }
  using objects = new ObjectReader(store);
  using dir = Dir.open(folder);
  await fill(dir, await objects.tree(tree), objects);
}

export interface UndoOptions extends SnapshotOptions {
  readonly tree: string;
  /** Gets the snapshot of the present state before anything is changed; nothing is when it rejects. */
  readonly onSaved?: (tree: string) => Promise<void>;
}

/**
 * Makes a workspace what it was: deletes what was added, brings back what was changed or deleted. The present state is
 * snapshotted first, so that this can be undone as well.
 * @returns the snapshot of the state before
 * @throws SnapshotTooLarge and RatchetError, before anything was changed
 */
export async function undo(options: UndoOptions): Promise<Snapshot> {
  const before = await snapshot(options);
  using objects = new ObjectReader(options.store);
  const wanted = await objects.tree(options.tree);
  await options.onSaved?.(before.tree);
  using dir = Dir.open(realpathSync(options.workspace));
  await align(dir, await objects.tree(before.tree), wanted, objects);
  return before;
}

/**
 * Makes a workspace what it was without keeping what it is: for a state that cannot be snapshotted, too large or nested too deep.
 * @throws RatchetError when the store does not hold the tree; nothing was changed then
 */
export async function replaceBySnapshot({
  workspace,
  tree,
  store,
}: Omit<SnapshotOptions, "maxBytes"> & { readonly tree: string }): Promise<void> {
  using objects = new ObjectReader(store);
  const wanted = await objects.tree(tree);
  const folder = realpathSync(workspace);
  for (const name of readdirSync(folder, { encoding: "buffer" })) {
    // Names as bytes, since not every name is UTF-8. Links are taken away, never followed.
    rmSync(Buffer.concat([Buffer.from(`${folder}/`), name]), { recursive: true, force: true });
  }
  using dir = Dir.open(folder);
  await fill(dir, wanted, objects);
}

/** All trees first, then all files as one stream: git is not waited for at every folder. */
async function fill(dir: Dir, entries: readonly TreeEntry[], objects: ObjectReader): Promise<void> {
  const trees = await treesBelow(entries, objects);
  await write(dir, entries, trees, objects.blobs([...oidsIn(entries, trees)]));
}

/** By id. */
type Trees = ReadonlyMap<string, readonly TreeEntry[]>;

async function treesBelow(entries: readonly TreeEntry[], objects: ObjectReader): Promise<Trees> {
  const trees = new Map<string, readonly TreeEntry[]>();
  let wanted = new Set(foldersOf(entries).map(({ oid }) => oid));
  while (wanted.size > 0) {
    const oids = [...wanted];
    const found = await objects.trees(oids);
    for (const [at, oid] of oids.entries()) trees.set(oid, found[at] ?? []);
    const below = found.flatMap(foldersOf).map(({ oid }) => oid);
    wanted = new Set(below.filter((oid) => !trees.has(oid)));
  }
  return trees;
}

/** Ids of the files and links, in the order in which {@link write} takes them. */
function* oidsIn(entries: readonly TreeEntry[], trees: Trees): Generator<string> {
  for (const { oid } of filesOf(entries)) yield oid;
  for (const { oid } of foldersOf(entries)) yield* oidsIn(trees.get(oid) ?? [], trees);
}

function foldersOf(entries: readonly TreeEntry[]): TreeEntry[] {
  return entries.filter(({ mode }) => kindOf(mode) === "folder");
}

function filesOf(entries: readonly TreeEntry[]): TreeEntry[] {
  return entries.filter(({ mode }) => kindOf(mode) !== "folder");
}

async function write(
  dir: Dir,
  entries: readonly TreeEntry[],
  trees: Trees,
  contents: AsyncIterator<Buffer>,
): Promise<void> {
  await writeFiles(dir, filesOf(entries), contents);
  for (const { name, oid } of foldersOf(entries)) {
    const bytes = Buffer.from(name, "latin1");
    mkdirSync(dir.at(bytes));
    using child = dir.child(bytes);
    own(child.fd, fstatSync(dir.fd));
    await write(child, trees.get(oid) ?? [], trees, contents);
  }
}

async function writeFiles(
  dir: Dir,
  entries: readonly TreeEntry[],
  contents: AsyncIterator<Buffer>,
): Promise<void> {
  const owner = fstatSync(dir.fd);
  for (const entry of entries) {
    const { value: content, done } = await contents.next();
    if (done === true)
      throw new RatchetError("infrastructure", "the snapshot store gave fewer files than it holds");
    const name = Buffer.from(entry.name, "latin1");
    if (kindOf(entry.mode) === "link") {
      symlinkSync(content, dir.at(name));
      if (process.getuid?.() === 0 && owner.uid !== 0) lchownSync(dir.at(name), owner.uid, owner.gid);
      continue;
    }
    const fd = openSync(dir.at(name), NEW_FILE, 0o600);
    try {
      writeFileSync(fd, content);
      own(fd, owner);
      fchmodSync(fd, entry.mode & 0o777);
    } finally {
      closeSync(fd);
    }
  }
}

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

async function align(
  dir: Dir,
  present: readonly TreeEntry[],
  wanted: readonly TreeEntry[],
  objects: ObjectReader,
): Promise<void> {
  const now = new Map(present.map((entry) => [entry.name, entry]));
  const target = new Map(wanted.map((entry) => [entry.name, entry]));
  for (const { name } of present) if (!target.has(name)) remove(dir, Buffer.from(name, "latin1"));
  const fresh: TreeEntry[] = [];
  for (const entry of wanted) {
    const old = now.get(entry.name);
    if (old !== undefined && old.mode === entry.mode && old.oid === entry.oid) continue;
    const name = Buffer.from(entry.name, "latin1");
    if (old !== undefined && kindOf(old.mode) === "folder" && kindOf(entry.mode) === "folder") {
      using child = dir.child(name);
      await align(child, await objects.tree(old.oid), await objects.tree(entry.oid), objects);
      continue;
    }
    remove(dir, name);
    fresh.push(entry);
  }
  await fill(dir, fresh, objects);
}

/** Deletes whatever has this name, folders with all they hold. Links are deleted, never followed. */
function remove(dir: Dir, name: Buffer): void {
  const stat = dir.stat(name);
  if (stat === undefined) return;
  if (!stat.isDirectory()) return unlinkSync(dir.at(name));
  {
    using child = dir.child(name);
    for (const entry of child.entries()) remove(child, entry.name);
  }
  rmdirSync(dir.at(name));
}
