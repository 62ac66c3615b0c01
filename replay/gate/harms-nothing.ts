import { always, isFlaky, isLost, listed } from "./arms.ts";
import type { GateEvidence } from "./evidence.ts";
import type { Reason } from "./outcome.ts";
import type { Case } from "./table.ts";

/**
 * No case with a role that passes now is lost, whatever the role. A case without a role may move either way. A case
 * that only sometimes fails with the candidate is unknown: one bad trial is neither proof nor nothing.
 */
export function harmsNothing(cases: readonly Case[], evidence: GateEvidence): Reason {
  const name = "harms-nothing";
  const claim = "nothing that passes now is lost";
  const guarded = cases.filter((one) => one.role !== undefined && one.baseline.includes(true));
  const lost = guarded.filter(isLost);
  if (lost.length > 0) {
    return {
      name,
      claim,
      holds: "fails",
      figures: `${lost.length} of ${guarded.length} lost: ${listed(lost)}`,
    };
  }
  const shaken = guarded.filter((one) => isFlaky(one) && !always(one.candidate, true));
  if (shaken.length > 0) {
    return { name, claim, holds: "unknown", figures: `sometimes fail with the candidate: ${listed(shaken)}` };
  }
  const incomplete = evidence.incomplete ?? [];
  if (incomplete.length > 0) {
    return {
      name,
      claim,
      holds: "unknown",
      figures: `could not be run to the end: ${incomplete.join(", ")}`,
    };
  }
  return { name, claim, holds: "holds", figures: `0 of ${guarded.length} lost` };
}
