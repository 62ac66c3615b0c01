/** Snapshots of a workspace: the first one, one with nothing changed, one with ten files changed; and bringing it back. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { restore } from "../../runtime/kernel/workspace/restore.ts";
import { snapshot, type Snapshot } from "../../runtime/kernel/workspace/snapshot.ts";
import type { Bench, Figure, Row } from "../figure.ts";
import { summary } from "../stats.ts";
import { FILES, PER_FOLDER, writeFiles } from "../support/files.ts";

const ROUNDS = 5;

export const snapshots: Figure = {
  name: "snapshot",
  about: "snapshot of 1,000 files cold and warm, and restore; of a folder of your own with --data",
  async measure(bench) {
    const made = await mkdtemp(join(bench.temp, "files-"));
    await writeFiles(made);
    const rows = await measureFolder(bench, made, `${FILES} files`, () => touch(made));
    return bench.data === undefined
      ? rows
      : [...rows, ...(await measureFolder(bench, bench.data, bench.data))];
  },
};

async function measureFolder(
  bench: Bench,
  workspace: string,
  name: string,
  change?: () => Promise<void>,
): Promise<Row[]> {
  const samples = {
    cold: [] as number[],
    warm: [] as number[],
    changed: [] as number[],
    restore: [] as number[],
  };
  let last: Snapshot | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    // What changed within the last tick of the file system's clock is never taken from the cache.
    await delay(50);
    const dir = await mkdtemp(join(bench.temp, "snapshot-"));
    const store = join(dir, "store.git");
    const take = async (samples: number[]): Promise<void> => {
      const began = performance.now();
      last = await snapshot({ workspace, store });
      samples.push(performance.now() - began);
    };
    await take(samples.cold);
    await take(samples.warm);
    if (change !== undefined) {
      await change();
      await delay(50);
      await take(samples.changed);
    }
    const folder = join(dir, "restored");
    await mkdir(folder);
    const began = performance.now();
    await restore({ tree: last?.tree ?? "", folder, store });
    samples.restore.push(performance.now() - began);
  }
  const size = `${last?.files ?? 0} files, ${((last?.bytes ?? 0) / 1_048_576).toFixed(1)} MiB`;
  return [
    summary(`snapshot of ${name}, cold`, "ms", samples.cold, { note: `${size}, new store` }),
    summary("… warm, nothing changed", "ms", samples.warm),
    ...(change === undefined ? [] : [summary("… warm, 10 files changed", "ms", samples.changed)]),
    summary("… restore into an empty folder", "ms", samples.restore),
  ];
}

/** Different content each time. */
async function touch(root: string): Promise<void> {
  for (let n = 0; n < 10; n++)
    await writeFile(join(root, `part-${n}`, `file-${n * PER_FOLDER}.txt`), `${performance.now()}\n`);
}
