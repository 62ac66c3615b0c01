/** The record of every move of the release pointer: written ahead, closed afterwards, never changed again. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { RatchetError } from "../../runtime/kernel/error.ts";
import { tryLock } from "../../runtime/kernel/lock.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import { KeptCase } from "../bank/kept-case.ts";
import { announce, releaseLockFile, settleMove } from "./pointer.ts";
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
  /** A person approved the patch, with these words. */
  approved: z.string().optional(),
  /** What the health probe found, when there was one. */
  probe: z.string().optional(),
  /** Patches that were promoted after the one that was reverted: each was proven with it, and is untried without it. */
  builtUpon: z
    .array(z.object({ commit: z.string(), subject: z.string() }))
    .readonly()
    .optional(),
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

/**
 * Closes the receipts that a killed process left open: `done` when the pointer arrived, `failed` when it did not, and then it
 * never will. Receipts of a process that is at it right now are left to it. Costs one look at the store when there are none.
 */
export async function settleReceipts(repo: string, store: Documents): Promise<void> {
  if ((await openReceipts(store)).length === 0) return;
  using lock = tryLock(releaseLockFile(repo));
  if (lock !== undefined) await settleAbandoned(repo, store);
}

/** Like {@link settleReceipts}, for who holds the lock on releases: then every open receipt is abandoned. */
export async function settleAbandoned(repo: string, store: Documents): Promise<void> {
  for (const receipt of await openReceipts(store)) await settleOne(repo, store, receipt);
}

/**
 * Writes the receipt ahead, makes the move, closes the receipt. For who holds the lock on releases. What `move` throws goes on
 * to the caller, unless the pointer has moved all the same.
 */
export async function withReceipt(
  repo: string,
  store: Documents,
  receipt: Omit<Receipt, "key" | "at" | "state">,
  now: Date,
  move: () => Promise<void>,
): Promise<Receipt> {
  const at = now.toISOString();
  const key = `${at}-${receipt.to.slice(0, 12)}-${randomBytes(3).toString("hex")}`;
  const started: Receipt = { ...receipt, key, at, state: "started" };
  await store.put(RECEIPTS, key, started);
  try {
    await announce(repo, receipt.to);
    await move();
  } catch (error) {
    const settled = await settleOne(repo, store, started);
    if (settled.state === "done") return settled;
    throw error;
  }
  return close(store, started, "done");
}

async function openReceipts(store: Documents): Promise<Receipt[]> {
  return (await readReceipts(store)).filter((receipt) => receipt.state === "started");
}

async function settleOne(repo: string, store: Documents, receipt: Receipt): Promise<Receipt> {
  return close(store, receipt, (await settleMove(repo, receipt)) ? "done" : "failed");
}

async function close(store: Documents, receipt: Receipt, state: "done" | "failed"): Promise<Receipt> {
  const closed = { ...receipt, state };
  await store.put(RECEIPTS, receipt.key, closed);
  return closed;
}

/** Moves that happened, oldest first. @throws as {@link readReceipts} */
export async function doneReceipts(store: Documents): Promise<Receipt[]> {
  return (await readReceipts(store)).filter(({ state }) => state === "done");
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
