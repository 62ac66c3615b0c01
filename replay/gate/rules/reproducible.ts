import { always, isFlaky, listed } from "../arms.ts";
import type { GateEvidence } from "../evidence.ts";
import type { Reason } from "../outcome.ts";
import type { Setting } from "../setting.ts";
import type { Case } from "../case.ts";
import { count } from "../../../runtime/kernel/count.ts";

/**
 * The failures fail again with the baseline, in this cycle.
 *
 * Exact: each of them in every trial. By evidence: at least one of them in at least one trial; how often the others fail
 * is in the pass rates that `improves` compares.
 */
export function reproducible(cases: readonly Case[], _evidence: GateEvidence, setting: Setting): Reason {
  const failures = cases.filter((one) => one.role === "failing" || one.role === "holdout");
  const gone = failures.filter((one) =>
    setting.exact ? !always(one.baseline, false) : always(one.baseline, true),
  );
  const reason = {
    name: "reproducible",
    claim: setting.exact
      ? "the failures fail again without the patch, and trials repeat exactly"
      : "there are failures that fail again without the patch",
  };
  if (gone.length > 0 && (setting.exact || gone.length === failures.length))
    return { ...reason, holds: "unknown", figures: `pass without the patch: ${listed(gone)}` };
  const again = `${failures.length - gone.length} of ${count(failures.length, "failing case")}`;
  if (!setting.exact) {
    const flaky = cases.filter(isFlaky).length;
    const failed = failures.length === 0 ? "there is no failing case" : `${again} failed again`;
    return {
      ...reason,
      holds: "holds",
      figures: `${failed}; trials differ in ${flaky} of ${count(cases.length, "case")}`,
    };
  }
  const trials = failures.reduce((fewest, one) => Math.min(fewest, one.baseline.length), Infinity);
  const figures =
    failures.length === 0
      ? "there is no failing case, and trials repeat"
      : `${again} failed in each of ${count(trials, "trial")} or more`;
  return { ...reason, holds: "holds", figures };
}
