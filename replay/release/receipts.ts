/** The record of every move of the release pointer: written ahead, closed afterwards, never changed again. */
import { z } from "zod";
import { commitOf, isAncestor } from "../../runtime/kernel/git.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import { KeptCase } from "../bank/kept-case.ts";
import { currentRelease } from "./release.ts";

/** The part of a store that this needs. */
export type Documents = Pick<Store, "put" | "get" | "list">;

export const RECEIPTS = "releases";

export const Receipt = z.object({
  /** Sorts by time. */
  key: z.string(),
  at: z.string(),
  kind: z.enum(["promote", "rollback"]),
  /** `started` is the journal: the pointer may or may not have moved. */
  state: z.enum(["started", "done", "failed"]),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
  forced: z.boolean(),
  /** Candidate that was promoted, or commit that was reverted, when there was one. */
  patch: z.string().optional(),
  /** Cases for the regression bank: what the promoted patch fixed, or what made the watch take it back. */
  cases: z.array(KeptCase).readonly().default([]),
});
export type Receipt = z.infer<typeof Receipt>;

/** A receipt as `agent releases` prints it. */
export interface ReleaseEntry extends Receipt {
  /** The release of now. */
  readonly current: boolean;
}

/** Every move of the pointer, newest first. What a killed process left open is settled against the pointer first. */
export async function listReleases(repo: string, store: Documents): Promise<ReleaseEntry[]> {
  await settleReceipts(repo, store);
  const receipts = await readReceipts(store);
  const { commit } = await currentRelease(repo);
  const newest = receipts.findLast((receipt) => receipt.state === "done" && receipt.to === commit);
  return receipts.toReversed().map((receipt) => ({ ...receipt, current: receipt === newest }));
}

/** Closes the receipts that a killed process left open: `done` when the pointer arrived, `failed` when it did not. */
export async function settleReceipts(repo: string, store: Documents): Promise<void> {
  const open = (await readReceipts(store)).filter((receipt) => receipt.state === "started");
  if (open.length === 0) return;
  const { commit, pinned } = await currentRelease(repo);
  for (const receipt of open) {
    // A commit that is gone was never a release: those are kept.
    const arrived =
      pinned &&
      (await commitOf(repo, receipt.to)) !== undefined &&
      (await isAncestor(repo, receipt.to, commit));
    await store.put(RECEIPTS, receipt.key, { ...receipt, state: arrived ? "done" : "failed" });
  }
}

/** Writes the receipt ahead, makes the move, closes the receipt. What `move` throws goes on to the caller. */
export async function withReceipt(
  store: Documents,
  receipt: Omit<Receipt, "key" | "at" | "state">,
  now: Date,
  move: () => Promise<void>,
): Promise<Receipt> {
  const at = now.toISOString();
  const started: Receipt = { ...receipt, key: `${at}-${receipt.to.slice(0, 12)}`, at, state: "started" };
  await store.put(RECEIPTS, started.key, started);
  try {
    await move();
  } catch (error) {
    await store.put(RECEIPTS, started.key, { ...started, state: "failed" });
    throw error;
  }
  const done: Receipt = { ...started, state: "done" };
  await store.put(RECEIPTS, done.key, done);
  return done;
}

/** Oldest first. @throws RatchetError when the store holds something else under that name. */
export async function readReceipts(store: Documents): Promise<Receipt[]> {
  const found = (await store.list(RECEIPTS)).map(({ key, value }) => {
    const receipt = Receipt.safeParse(value);
    if (receipt.success) return receipt.data;
    throw new RatchetError(
      "infrastructure",
      `receipt ${key} cannot be read: ${z.prettifyError(receipt.error)}`,
    );
  });
  return found.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
