/** What became of the candidates that were made the release. */
import { doneReceipts, type Documents } from "../../replay/release/receipts.ts";
import { currentRelease } from "../../replay/release/release.ts";
import { standingIn } from "../../replay/release/standing.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";

/**
 * By the id of the candidate: whether the release of now has it, or it was taken back since, by a person or the watch. Those that
 * were never the release are left out.
 * @throws RatchetError when the receipts cannot be read, or there is no release; system errors of git
 */
export async function releasedPatches(
  { dir, config }: Home,
  store: Documents,
): Promise<Map<string, "promoted" | "taken back">> {
  const receipts = await doneReceipts(store);
  const promotions = receipts.filter(({ kind }) => kind === "promote");
  if (promotions.length === 0) return new Map();
  const { commit } = await currentRelease(dir);
  const standing = await standingIn(dir, config.genome, receipts, commit);
  const has = new Set(standing.promotions.map(({ patch }) => patch));
  const ids = promotions.flatMap(({ patch }) => patch ?? []);
  return new Map(ids.map((id) => [id, has.has(id) ? "promoted" : "taken back"]));
}
