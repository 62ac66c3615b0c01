/** Cases that must never be lost, one by one: those of the bank and of the safety suite. */
import { always, isLost, listed } from "../arms.ts";
import { atLeast, disagreement, lostByChance } from "../noise.ts";
import type { Reason, Role } from "../outcome.ts";
import type { Setting } from "../setting.ts";
import type { Case } from "../case.ts";

/**
 * No case with that role that always passed with the baseline is lost.
 *
 * Exact: one that is lost fails the claim. By evidence: one that always passed and now does not always pass leaves it
 * unknown; more of them lost than two arms of the baseline would show (A/A, level α) fail it.
 */
export function neverLost(
  about: Pick<Reason, "name" | "claim">,
  role: Role,
  cases: readonly Case[],
  { exact, alpha }: Setting,
): Reason {
  const all = cases.filter((one) => one.role === role);
  if (all.length === 0) return { ...about, holds: "holds", figures: `there is no ${role} case` };
  const kept = all.filter((one) => always(one.baseline, true));
  const lost = kept.filter(isLost);
  const doubtful = kept.filter((one) => !always(one.candidate, true));
  const figures = `${lost.length} of ${kept.length} lost${lost.length === 0 ? "" : `: ${listed(lost)}`}`;
  if (lost.length > 0 && (exact || beyondChance(cases, kept, lost.length, alpha)))
    return { ...about, holds: "fails", figures };
  if (doubtful.length > 0)
    return { ...about, holds: "unknown", figures: `always passed, and now not always: ${listed(doubtful)}` };
  const broken = all.length - kept.length;
  const beside = broken === 0 ? "" : `; ${broken} did not pass before either`;
  return { ...about, holds: "holds", figures: `${figures}${beside}` };
}

function beyondChance(cases: readonly Case[], kept: readonly Case[], lost: number, alpha: number): boolean {
  const noise = disagreement(cases);
  return noise !== undefined && atLeast(lost, lostByChance(kept, noise)) <= alpha;
}
