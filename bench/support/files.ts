/** A workspace of the size that snapshots are measured with. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const FILES = 1000;
export const PER_FOLDER = 50;

/** {@link FILES} files of one to eight kilobytes, all different, {@link PER_FOLDER} in a folder. */
export async function writeFiles(root: string): Promise<void> {
  for (let n = 0; n < FILES; n++) {
    const folder = join(root, `part-${Math.floor(n / PER_FOLDER)}`);
    if (n % PER_FOLDER === 0) await mkdir(folder);
    await writeFile(join(folder, `file-${n}.txt`), `${n} the quick brown fox\n`.repeat(48 * (1 + (n % 8))));
  }
}
