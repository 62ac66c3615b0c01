/** Puts signatures that are new since the last time into clusters. What was in a cluster stays there, and clusters keep their ids. */
import type { FailureStore, SignatureRow } from "../../runtime/kernel/store/failures.ts";
import { nearEqual } from "./near-equal.ts";

/**
 * Takes the time of the new signatures and of the clusters, not of the failures. The order in which failures came does not
 * matter within one call: the most frequent signature comes first, and gives a new cluster its id.
 * @returns how many clusters are new
 */
export async function formClusters(store: FailureStore): Promise<number> {
  const fresh = await store.unclustered();
  if (fresh.length === 0) return 0;
  const groups = nearEqual();
  const known = await store.clusters();
  for (const cluster of known) groups.add(cluster);
  const changed = new Map<string, SignatureRow>();
  const members = new Map<string, string>();
  for (const signature of fresh.toSorted(mostFrequentFirst)) {
    const group = groups.place(signature);
    changed.set(group.id, group);
    members.set(signature.id, group.id);
  }
  await store.assign([...changed.values()], members);
  const before = new Set(known.map(({ id }) => id));
  return [...changed.keys()].filter((id) => !before.has(id)).length;
}

function mostFrequentFirst(
  a: SignatureRow & { readonly count: number },
  b: SignatureRow & { readonly count: number },
): number {
  return b.count - a.count || (a.id < b.id ? -1 : 1);
}
