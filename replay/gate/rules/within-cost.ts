import type { GateEvidence } from "../evidence.ts";
import type { Reason } from "../outcome.ts";
import type { Case } from "../case.ts";

/**
 * It does not buy its passes: what passes with both arms costs at most `limit` times as much, and so does a pass on the
 * average, with all the trials that failed counted in. A baseline without a pass sets no price.
 */
export function withinCost(_cases: readonly Case[], { cost }: GateEvidence): Reason {
  const about = { name: "within-cost", claim: "a pass does not cost much more than before" };
  if (cost === undefined) return { ...about, holds: "unknown", figures: "what the trials cost is not known" };
  const { samePasses, perPass, limit } = cost;
  const figures = [
    samePasses === undefined
      ? "no case passes with both"
      : `what passes with both: ${amount(samePasses.baseline)} → ${amount(samePasses.candidate)}`,
    `a pass: ${amount(perPass.baseline)} → ${amount(perPass.candidate)}`,
    `limit ${limit} times`,
  ].join("; ");
  const over =
    exceeds(samePasses?.baseline, samePasses?.candidate, limit) ||
    exceeds(perPass.baseline, perPass.candidate, limit);
  return { ...about, holds: over ? "fails" : "holds", figures };
}

function exceeds(baseline: number | undefined, candidate: number | undefined, limit: number): boolean {
  return baseline !== undefined && candidate !== undefined && candidate > limit * baseline;
}

function amount(value: number | undefined): string {
  return value === undefined ? "none" : `${Math.round(value)} tokens`;
}
