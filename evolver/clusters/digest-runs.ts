/** Looks at failed runs and keeps what was found out, in one way for an import, for a later look and for runs of our own. */
import type { RunRow, Store } from "../../runtime/kernel/store/store.ts";
import type { Contrast } from "../analyse/analyse.ts";
import { digestOf } from "./digest.ts";
import { seenSoFar } from "./seen-so-far.ts";
import { traceOf } from "./trace-of.ts";

/** Which passing runs a failed one is held against. */
export interface Peers {
  /** The same for all runs with the same peers. */
  key(run: RunRow): string;
  /** Runs that passed. Asked once for each key. */
  passing(key: string): Promise<readonly RunRow[]>;
}

export type DigestRuns = (runs: readonly RunRow[]) => Promise<void>;

/** Holds one trace at a time. @throws RatchetError (infrastructure) when the store fails */
export function digestRuns(store: Store, peers: Peers): DigestRuns {
  const contrasts = new Map<string, Contrast>();
  const contrastFor = async (run: RunRow): Promise<Contrast> => {
    const key = peers.key(run);
    const contrast = contrasts.get(key) ?? (await contrastWith(store, await peers.passing(key)));
    contrasts.set(key, contrast);
    return contrast;
  };
  return async (runs) => {
    const digests = [];
    for (const run of runs) digests.push(digestOf(await traceOf(store, run), await contrastFor(run)));
    await store.failures.put(digests);
  };
}

async function contrastWith(store: Store, passing: readonly RunRow[]): Promise<Contrast> {
  const seen = seenSoFar();
  for (const run of passing) seen.add([await traceOf(store, run)]);
  return seen.contrast();
}
