/** What people decided about candidates. */
import { z } from "zod";
import { RatchetError } from "../../runtime/kernel/error.ts";
import { readReceipts, type Documents } from "../../replay/release/receipts.ts";

/** What a person said of a candidate. Kept beside it: a verdict is never overwritten. */
export interface Decision {
  readonly decision: "approved" | "rejected";
  readonly why: string;
  readonly at: string;
}

/**
 * The last word on each candidate. An approval stands in the receipt of the promotion that it led to, so that there is never
 * one without the other; a rejection stands by itself.
 * @throws RatchetError (infrastructure) when one cannot be read
 */
export async function readDecisions(store: Documents): Promise<Map<string, Decision>> {
  const decisions = new Map<string, Decision>(
    (await store.list(DECISIONS)).map(({ key, value }) => [key, parse(key, value)]),
  );
  for (const { patch, state, approved, at } of await readReceipts(store)) {
    if (patch === undefined || state !== "done" || approved === undefined) continue;
    const other = decisions.get(patch);
    if (other === undefined || other.at < at)
      decisions.set(patch, { decision: "approved", why: approved, at });
  }
  return decisions;
}

/** Keeps that a person turned the candidate down. */
export async function keepRejection(store: Documents, id: string, why: string, now: Date): Promise<void> {
  const decision = { decision: "rejected", why, at: now.toISOString() } satisfies Decision;
  await store.put(DECISIONS, id, decision);
}

export const DECISIONS = "decisions";

const StoredDecision = z.object({
  decision: z.enum(["approved", "rejected"]),
  why: z.string(),
  at: z.string(),
});

function parse(key: string, value: unknown): Decision {
  const read = StoredDecision.safeParse(value);
  if (read.success) return read.data;
  throw new RatchetError(
    "infrastructure",
    `the decision on ${key} cannot be read: ${z.prettifyError(read.error)}`,
  );
}
