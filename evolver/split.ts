/** Which failures proposers may see, and which only the gate sees. */
import { createHash } from "node:crypto";
import type { Cluster, Failure } from "./failure.ts";

export interface Split {
  /** What proposers get. */
  readonly support: readonly Failure[];
  /** What only the gate sees. */
  readonly holdout: readonly Failure[];
}

/**
 * Splits a cluster by the hash of its tasks, never by time or result, so that the same task is always on the same
 * side of its neighbours. The share is rounded up once there are two failures, and one is always left to learn from.
 * @param share of the failures that is held out, 0 to 1
 */
export function split(cluster: Cluster, share: number): Split {
  const ordered = cluster.failures.toSorted((a, b) => compare(keyOf(a), keyOf(b)));
  const held = Math.min(Math.ceil(ordered.length * share), ordered.length - 1);
  return { holdout: ordered.slice(0, held), support: ordered.slice(held) };
}

function keyOf(failure: Failure): string {
  const { task, id } = failure.trace.run;
  return createHash("sha256")
    .update(task ?? id)
    .digest("hex");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
