import { always, isFixed, isLost, listed } from "../arms.ts";
import type { GateEvidence } from "../evidence.ts";
import type { Reason } from "../outcome.ts";
import type { Setting } from "../setting.ts";
import type { Case } from "../case.ts";
import { count } from "../../../runtime/kernel/count.ts";

/** From so many failing cases on, a cycle has enough to keep some of them from the proposers. */
export const HOLDOUT_EXPECTED_FROM = 4;

/**
 * The patch also fixes failures that its proposer never saw: at least one of them, and none is lost. Without holdout
 * cases this is unknown when there are {@link HOLDOUT_EXPECTED_FROM} failing cases or more, and holds when there are
 * fewer: a home with three failures has none to spare, and would otherwise never improve.
 *
 * By evidence it is enough that more of their trials pass than before: whether that is more than chance is the matter of
 * `improves`, to which they count like all others. As few cases as they are could rarely show it by themselves. Fewer
 * or as many are unknown.
 */
export function holdsOut(cases: readonly Case[], _evidence: GateEvidence, setting: Setting): Reason {
  const name = "holds-out";
  const claim = "failures that the proposer never saw are fixed too";
  const holdout = cases.filter((one) => one.role === "holdout");
  if (holdout.length === 0) {
    const failing = cases.filter((one) => one.role === "failing").length;
    return failing >= HOLDOUT_EXPECTED_FROM
      ? { name, claim, holds: "unknown", figures: `no holdout case among ${failing} failing ones` }
      : { name, claim, holds: "holds", figures: `not asked for with ${count(failing, "failing case")}` };
  }
  if (!setting.exact) {
    const [before, after] = [passed(holdout, "baseline"), passed(holdout, "candidate")];
    const trials = holdout.reduce((sum, one) => sum + one.baseline.length, 0);
    const figures = `of ${count(trials, "trial")} ${before} passed with the baseline, ${after} with the candidate`;
    return { name, claim, holds: after > before ? "holds" : "unknown", figures };
  }
  const broken = holdout.filter((one) => !always(one.baseline, true));
  const fixed = holdout.filter(isFixed);
  const lost = holdout.filter(isLost);
  const figures = `${fixed.length} of ${broken.length} fixed (${listed(fixed)}), ${lost.length} lost (${listed(lost)})`;
  if (lost.length > 0) return { name, claim, holds: "fails", figures };
  if (broken.length === 0)
    return { name, claim, holds: "unknown", figures: "no holdout case fails any more" };
  return { name, claim, holds: fixed.length > 0 ? "holds" : "fails", figures };
}

function passed(cases: readonly Case[], arm: "baseline" | "candidate"): number {
  return cases.reduce((sum, one) => sum + one[arm].filter(Boolean).length, 0);
}
