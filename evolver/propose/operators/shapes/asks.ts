/** How far the failures of a cluster ask for an operator, and what is said of it in the commit. */
import type { View } from "../../../analyse/view.ts";
import type { Kind } from "../../../failure.ts";
import type { Evidence } from "../evidence.ts";

/** How well each kind of failure speaks for an operator, from 0 to 1. */
export type Kinds = Partial<Record<Kind, number>>;

/** Weight of the kinds where the traces do not show the very thing that the operator answers, but may miss it. */
const UNSEEN = 0.4;
/** Weight of the thing itself, where the detectors blame something else. */
const SEEN = 0.6;

/**
 * From 0 to 1: the kind that speaks loudest, and, where `seen` can tell from a trace, the share of failures that show
 * the thing itself.
 * @param exact a trace always shows the thing: without it nothing is asked for
 */
export function askedFor(
  evidence: Evidence,
  kinds: Kinds,
  seen?: (view: View) => boolean,
  exact = false,
): number {
  const byKind = Math.max(0, ...weighed(evidence, kinds).map(({ weight }) => weight));
  if (!seen) return byKind;
  const share = evidence.views.filter(seen).length / Math.max(1, evidence.views.length);
  const unseen = exact ? 0 : UNSEEN;
  return Math.max((share > 0 ? 1 : unseen) * byKind, SEEN * share);
}

/** The finding that speaks loudest, or the title of the cluster, then the reason. */
export function because(evidence: Evidence, kinds: Kinds, why: string): string {
  const loudest = weighed(evidence, kinds).toSorted((a, b) => b.weight - a.weight)[0];
  const finding = loudest && loudest.weight > 0 ? evidence.hypothesis(loudest.kind)?.evidence : undefined;
  return `${finding ?? evidence.cluster.title}: ${why}.`;
}

function weighed(evidence: Evidence, kinds: Kinds): { kind: Kind; weight: number }[] {
  return [...evidence.weights].map(([kind, weight]) => ({ kind, weight: weight * (kinds[kind] ?? 0) }));
}
