import { always, isFlaky, listed } from "./arms.ts";
import type { GateEvidence } from "./evidence.ts";
import type { Reason } from "./outcome.ts";
import type { Case } from "./table.ts";

/**
 * The failures fail again with the baseline, in this cycle, and both arms repeat exactly. A single trial shows that
 * only when model and tools are deterministic.
 */
export function reproducible(cases: readonly Case[], evidence: GateEvidence): Reason {
  const name = "reproducible";
  const claim = "the failures fail again without the patch, and trials repeat exactly";
  const unknown = (figures: string): Reason => ({ name, claim, holds: "unknown", figures });

  const flaky = cases.filter(isFlaky);
  if (flaky.length > 0)
    return unknown(`trials differ in ${flaky.length} of ${cases.length} cases: ${listed(flaky)}`);
  const once = cases.filter((one) => one.baseline.length < 2);
  if (!evidence.deterministic && once.length > 0) {
    return unknown(`one trial of a model that may answer differently: ${listed(once)}`);
  }
  const failures = cases.filter((one) => one.role === "failing" || one.role === "holdout");
  const gone = failures.filter((one) => !always(one.baseline, false));
  if (gone.length > 0) return unknown(`pass without the patch: ${listed(gone)}`);
  const trials = Math.min(...failures.map((one) => one.baseline.length));
  return {
    name,
    claim,
    holds: "holds",
    figures:
      failures.length === 0
        ? "there is no failing case, and trials repeat"
        : `${failures.length} of ${failures.length} failing cases failed in each of ${trials} or more trials`,
  };
}
