/** Files of the repository as texts, as the helpers take them. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** Text by name of the files right in a folder of the repository. */
export async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    await Promise.all(
      files.map(async ({ name }) => [name, await readFile(join(ROOT, folder, name), "utf8")] as const),
    ),
  );
}
