import { isLost, listed } from "../arms.ts";
import type { GateEvidence } from "../evidence.ts";
import { atLeast, disagreement, lostByChance } from "../noise.ts";
import type { Reason, Role } from "../outcome.ts";
import type { Setting } from "../setting.ts";
import type { Case } from "../case.ts";

/**
 * No failing, holdout or passing case that passes now is lost. Cases of the bank and of the safety suite have rules of their
 * own; a case without a role may move either way.
 *
 * Exact: one that is lost fails the claim.
 *
 * By evidence: how many cases are lost is held against how many chance would show as lost between two arms of the
 * baseline, which is known from how often its own trials differ (A/A).
 * - fails: chance shows so many with a probability of α at most; also a single one, when the baseline never differs
 * - unknown: chance shows so many less often than not; or how often the baseline differs was not measured
 * - holds otherwise. That the mean over all cases does not fall is the matter of `improves`.
 */
export function harmsNothing(cases: readonly Case[], evidence: GateEvidence, setting: Setting): Reason {
  const atStake = cases.filter(({ role, baseline }) => isJudgedHere(role) && baseline.includes(true));
  const lost = atStake.filter(isLost);
  const free = cases.filter((one) => one.role === undefined && isLost(one));
  const reason = setting.exact
    ? exactly(atStake, lost, free)
    : againstNoise(cases, atStake, lost, setting.alpha);
  const incomplete = evidence.incomplete ?? [];
  if (reason.holds === "fails" || incomplete.length === 0) return reason;
  return { ...reason, holds: "unknown", figures: `could not be run to the end: ${incomplete.join(", ")}` };
}

function isJudgedHere(role: Role | undefined): boolean {
  return role === "failing" || role === "holdout" || role === "passing";
}

const SAME = { name: "harms-nothing", claim: "no case with a role that passes now is lost" };

function exactly(atStake: readonly Case[], lost: readonly Case[], free: readonly Case[]): Reason {
  // They may move either way, but nobody shall read this as if nothing were lost.
  const beside = free.length === 0 ? "" : `; ${free.length} without a role lost: ${listed(free)}`;
  if (lost.length === 0) return { ...SAME, holds: "holds", figures: `0 of ${atStake.length} lost${beside}` };
  return { ...SAME, holds: "fails", figures: `${lost.length} of ${atStake.length} lost: ${listed(lost)}` };
}

function againstNoise(
  cases: readonly Case[],
  atStake: readonly Case[],
  lost: readonly Case[],
  alpha: number,
): Reason {
  const reason = { ...SAME, claim: "no more is lost than two arms of the baseline would show" };
  const noise = disagreement(cases);
  const expected = noise === undefined ? undefined : lostByChance(cases, noise);
  const chance = expected === undefined ? undefined : atLeast(lost.length, expected);
  const figures =
    `${lost.length} of ${atStake.length} lost (${listed(lost)})` +
    (noise === undefined || expected === undefined
      ? "; the baseline was tried once"
      : `; trials of the baseline differ in ${(100 * noise).toFixed(1)}%, which loses ${expected.toFixed(2)} at most`);

  if (lost.length > 0 && chance !== undefined && chance <= alpha)
    return { ...reason, holds: "fails", figures };
  if (lost.length > 0 && (chance === undefined || chance < 0.5))
    return { ...reason, holds: "unknown", figures };
  return { ...reason, holds: "holds", figures };
}
