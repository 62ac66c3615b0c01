/** Which failures proposers may see, and which only the gate sees. */
import { createHash } from "node:crypto";
import type { Cluster, Failure } from "../failure.ts";

export interface Split {
  /** What proposers get. */
  readonly support: readonly Failure[];
  /** What only the gate sees. */
  readonly holdout: readonly Failure[];
}

export type Side = "support" | "holdout";

/**
 * Splits a cluster by the hash of its tasks, never by time or result. A task that has a side keeps it, whatever cluster it
 * turns up in later: what a proposer has seen once can prove nothing, and what is held out stays unseen. Tasks that are new are
 * held out until the share is reached (rounded up, once there are two), and one of them is left to learn from.
 * @param share of the failures that is held out, 0 to 1
 * @param sides sides that were given out before; new ones are added
 */
export function split(cluster: Cluster, share: number, sides: Map<string, Side>): Split {
  const ordered = cluster.failures.toSorted((a, b) => compare(hashOf(a), hashOf(b)));
  const wanted = Math.min(Math.ceil(ordered.length * share), ordered.length - 1);
  const isOn = (side: Side) => (failure: Failure) => sides.get(taskOf(failure)) === side;
  let held = ordered.filter(isOn("holdout")).length;
  const open = ordered.filter((failure) => !sides.has(taskOf(failure)));
  for (const [index, failure] of open.entries()) {
    const isLast = index === open.length - 1 && !ordered.some(isOn("support"));
    const side = held < wanted && !isLast ? "holdout" : "support";
    if (side === "holdout") held++;
    sides.set(taskOf(failure), side);
  }
  return { support: ordered.filter(isOn("support")), holdout: ordered.filter(isOn("holdout")) };
}

/** Name of the task that a failure is of; a run outside a suite is a task of its own. */
export function taskOf({ trace }: Failure): string {
  return trace.run.task ?? trace.run.id;
}

function hashOf(failure: Failure): string {
  return createHash("sha256").update(taskOf(failure)).digest("hex");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
