/** Remembers which content a file had when it looked like this, so that a snapshot reads only what changed. */
import { createHash, randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const Stored = z.object({
  version: z.literal(1),
  trees: z.array(z.string()),
  files: z.record(z.string(), z.tuple([z.string(), z.string()])),
});

export interface StatCache {
  /** Trees that the store is known to hold. */
  readonly trees: ReadonlySet<string>;
  /** How the file looked, and the blob it was, by path. */
  readonly files: ReadonlyMap<string, readonly [looks: string, oid: string]>;
}

/** A cache that cannot be read is an empty one: everything is read again. */
export async function loadCache(store: string, workspace: string): Promise<StatCache> {
  try {
    const { trees, files } = Stored.parse(JSON.parse(await readFile(fileFor(store, workspace), "utf8")));
    return { trees: new Set(trees), files: new Map(Object.entries(files)) };
  } catch {
    return { trees: new Set(), files: new Map() };
  }
}

/** Several processes may do so at once; the last one stays. */
export async function saveCache(store: string, workspace: string, cache: StatCache): Promise<void> {
  const file = fileFor(store, workspace);
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  await mkdir(join(store, "ratchet"), { recursive: true });
  const stored: z.infer<typeof Stored> = {
    version: 1,
    trees: [...cache.trees],
    files: Object.fromEntries([...cache.files].map(([path, [looks, oid]]) => [path, [looks, oid]])),
  };
  try {
    await writeFile(temporary, JSON.stringify(stored), { mode: 0o600 });
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Equal looks mean equal content, unless {@link tooFresh}: every change moves the time of change, which nobody can set. */
export function looksOf(stat: Stats): string {
  return `${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}:${stat.ino}:${stat.mode}`;
}

/**
 * Whether the file may have changed once more, within the same tick of the file system's clock, after it was read.
 * @param readFrom milliseconds since the epoch, before the file was looked at
 */
export function tooFresh(stat: Stats, readFrom: number): boolean {
  return stat.ctimeMs > readFrom - CLOCK_TICK_MS;
}

const CLOCK_TICK_MS = 20;

function fileFor(store: string, workspace: string): string {
  return join(store, "ratchet", `${createHash("sha256").update(workspace).digest("hex").slice(0, 32)}.json`);
}
