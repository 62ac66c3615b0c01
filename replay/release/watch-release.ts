/** The watch after a promotion: live outcomes since then against those before; when they are worse, the release goes back. */
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { RunRow, Store } from "../../runtime/kernel/store/store.ts";
import { readReceipts, type Receipt } from "./receipts.ts";
import { currentRelease } from "./release.ts";
import { rollback } from "./rollback.ts";
import { degraded, type WatchedRun } from "./watch.ts";

/**
 * How often chance alone may take a good release back, over all looks together. The k-th look at a release spends
 * ALPHA / (k (k + 1)) of it, and these add up to ALPHA (a union bound: the looks may depend on each other).
 */
const ALPHA = 0.01;
const LOOKS = "watch";
/** Live runs that are looked at on either side. */
const WINDOW = 500;

/**
 * Looks at the last promotion and undoes it when quality fell with evidence.
 * @returns what was done, for people; undefined when there was nothing to do
 */
export async function watchRelease(home: Home, store: Store): Promise<string | undefined> {
  const promotion = await lastPromotion(home, store);
  if (promotion === undefined) return undefined;
  const before = await outcomes(store, promotion.from);
  const after = await outcomes(store, promotion.to);
  if (before.length === 0 || after.length === 0) return undefined;
  const look = await countLook(store, promotion.to);
  const verdict = degraded(before, after, ALPHA / (look * (look + 1)));
  if (!verdict.degraded) return undefined;
  const reason = `the watch saw quality fall: ${verdict.reason}`;
  const receipt = await rollback({
    repo: home.dir,
    store,
    what: { to: promotion.from },
    paths: home.config.genome,
    reason,
  });
  return `Rolled back ${promotion.to.slice(0, 12)} by itself: ${verdict.reason}. The release is ${receipt.to.slice(0, 12)} now.`;
}

/** How often this release was looked at, this time included. */
async function countLook(store: Store, release: string): Promise<number> {
  const seen = await store.get(LOOKS, release);
  const look = (typeof seen === "number" ? seen : 0) + 1;
  await store.put(LOOKS, release, look);
  return look;
}

/** The move that made the present release, when it was a promotion. */
async function lastPromotion(home: Home, store: Store): Promise<Receipt | undefined> {
  const receipts = await readReceipts(store);
  const { commit } = await currentRelease(home.dir);
  const last = receipts.findLast((receipt) => receipt.state === "done" && receipt.to === commit);
  return last?.kind === "promote" ? last : undefined;
}

/** Labelled live runs of a release. A run outside a suite is a task of its own. */
async function outcomes(store: Store, release: string): Promise<WatchedRun[]> {
  const runs = await store.listRuns({ purpose: "live", release, limit: WINDOW });
  return runs.flatMap((run: RunRow) =>
    run.outcome.kind === "unknown" ? [] : [{ task: run.task ?? run.id, pass: run.outcome.pass }],
  );
}
