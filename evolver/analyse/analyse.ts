/** From a failed run to what broke in it: every detector looks, the guess closest to the cause names the failure. */
import type { Failure, Hypothesis, Signature, Trace } from "../failure.ts";
import type { Finding } from "./detector.ts";
import { DETECTORS } from "./detectors/index.ts";
import { viewOf } from "./view.ts";

/** How often each kind of finding also shows in runs that succeeded, from 0 to 1. See {@link contrastOf}. */
export type Contrast = ReadonlyMap<Signature["kind"], number>;

/**
 * Ranks what may have caused the failure of `trace`; the signature is the best guess's. Pure and total: a trace without
 * any clue is a `wrong-result`.
 */
export function analyse(trace: Trace, contrast: Contrast = new Map()): Failure {
  const findings = findingsOf(trace)
    .map((finding) => ({
      ...finding,
      score: finding.score * (1 - (contrast.get(finding.category) ?? 0) / 2),
    }))
    .toSorted((a, b) => b.score - a.score);
  const best = findings[0];
  if (!best) throw new Error("analyse: no detector spoke, not even wrong-result; DETECTORS must contain it");
  return {
    trace,
    signature: { kind: best.category, template: best.template },
    hypotheses: findings.map(withoutTemplate),
  };
}

/**
 * What successful runs of the same release show too. A symptom that does not stop runs from succeeding is a weaker
 * explanation for a failure: at most half of its score is taken away, so that an order of causes stays an order.
 */
export function contrastOf(passing: readonly Trace[]): Contrast {
  const shares = new Map<Signature["kind"], number>();
  for (const trace of passing) {
    for (const { category } of findingsOf(trace)) {
      if (category !== "wrong-result") shares.set(category, (shares.get(category) ?? 0) + 1 / passing.length);
    }
  }
  return shares;
}

function withoutTemplate({ step, component, category, score, evidence }: Finding): Hypothesis {
  return { step, component, category, score, evidence };
}

function findingsOf(trace: Trace): Finding[] {
  const view = viewOf(trace);
  return DETECTORS.flatMap((detect) => detect(view) ?? []);
}
