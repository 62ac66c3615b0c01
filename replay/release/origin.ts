/** The first release of a home: what it was before anything was promoted. */
import type { Documents } from "./receipts.ts";
import { doneReceipts } from "./receipts.ts";
import { currentRelease } from "./release.ts";

/**
 * Its commit: where the first promotion came from, or the release of now when nothing was promoted yet. The first is the one that
 * came from no other: a clock that was set back would make a later one the oldest.
 * @throws RatchetError when the receipts cannot be read, or there is no release
 */
export async function originRelease(repo: string, store: Documents): Promise<string> {
  const done = await doneReceipts(store);
  const made = new Set(done.map(({ to }) => to));
  const first = done.find(({ from }) => !made.has(from)) ?? done[0];
  return first?.from ?? (await currentRelease(repo)).commit;
}

/**
 * Whether a commit is the release, or ever was.
 * @throws RatchetError when the receipts cannot be read, or there is no release
 */
export async function wasRelease(repo: string, store: Documents, commit: string): Promise<boolean> {
  const done = await doneReceipts(store);
  if (done.some(({ from, to }) => from === commit || to === commit)) return true;
  return (await currentRelease(repo)).commit === commit;
}
