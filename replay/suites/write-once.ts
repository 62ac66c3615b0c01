/** Suites that Ratchet writes itself, under `.agent/suites/`. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Home } from "../../runtime/kernel/home/home.ts";

/**
 * The folder `.agent/suites/<name>`, filled by `write` when it is not there yet. It is written beside its place and moved
 * there whole, so that two processes at once do no harm, and a killed one leaves no half of it.
 * @throws what `write` throws; system errors
 */
export async function writtenOnce(
  home: Home,
  name: string,
  write: (folder: string) => Promise<void>,
): Promise<string> {
  const suites = join(home.state, "suites");
  const folder = join(suites, name);
  if (existsSync(folder)) return folder;
  await mkdir(suites, { recursive: true });
  const fresh = await mkdtemp(join(suites, ".new-"));
  try {
    await write(fresh);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
