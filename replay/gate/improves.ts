import { isFixed, isFlaky, isLost, listed } from "./arms.ts";
import type { Reason } from "./outcome.ts";
import type { Case } from "./table.ts";

/**
 * Strictly more of the failing cases pass. A table that gives no case a role is judged as a whole: there the net
 * number of passes must rise. Equal scores are no improvement.
 */
export function improves(cases: readonly Case[]): Reason {
  const unlabelled = cases.every((one) => one.role === undefined);
  const judged = unlabelled ? cases : cases.filter((one) => one.role === "failing");
  const fixed = judged.filter(isFixed);
  const lost = judged.filter(isLost);
  const flaky = judged.filter(isFlaky);
  const claim = unlabelled ? "more cases pass than before" : "more of the failing cases pass than before";
  const figures = `${fixed.length} of ${judged.length} fixed (${listed(fixed)}), ${lost.length} lost`;
  if (judged.length === 0)
    return { name: "improves", claim, holds: "unknown", figures: "no failing case was run" };
  if (fixed.length > lost.length) return { name: "improves", claim, holds: "holds", figures };
  return { name: "improves", claim, holds: flaky.length > 0 ? "unknown" : "fails", figures };
}
