/** The first release of a home: what it was before anything was promoted. */
import type { Documents } from "./receipts.ts";
import { readReceipts } from "./receipts.ts";
import { currentRelease } from "./release.ts";

/**
 * Its commit: where the first promotion came from, or the release of now when nothing was promoted yet.
 * @throws RatchetError when the receipts cannot be read, or there is no release
 */
export async function originRelease(repo: string, store: Documents): Promise<string> {
  const first = (await readReceipts(store)).find(({ state }) => state === "done");
  return first?.from ?? (await currentRelease(repo)).commit;
}
