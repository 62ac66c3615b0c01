/** The candidates that cycles left, with what people decided about them. */
import { z } from "zod";
import type { Documents } from "../../replay/release/receipts.ts";
import type { Candidate } from "../candidate.ts";
import { readDecisions, type Decision } from "./decisions.ts";
import { savedCandidates } from "./saved.ts";

export interface ListedPatch {
  readonly candidate: Candidate;
  readonly decision: Decision | undefined;
}

/**
 * All candidates with what was decided about them: the newest cycle first, and within a cycle in the order in which they
 * were judged, in which accepted ones build on each other.
 */
export async function listPatches(store: Documents): Promise<ListedPatch[]> {
  const decisions = await readDecisions(store);
  const order = await orderOfCycles(store);
  return (await savedCandidates(store))
    .map((candidate) => ({ candidate, decision: decisions.get(candidate.id) }))
    .toSorted((a, b) => (order.get(a.candidate.id) ?? -1) - (order.get(b.candidate.id) ?? -1));
}

/** Place of each candidate. Those of a cycle that goes on, or was killed, have none yet and come first. */
async function orderOfCycles(store: Documents): Promise<Map<string, number>> {
  const cycles = (await store.list("cycles")).toSorted((a, b) => (a.key < b.key ? 1 : -1));
  const ids = cycles.flatMap(({ value }) => {
    const cycle = StoredCycle.safeParse(value);
    return cycle.success ? cycle.data.candidates : [];
  });
  return new Map(ids.toReversed().map((id, index) => [id, ids.length - 1 - index]));
}

const StoredCycle = z.object({ candidates: z.array(z.string()) });
