/** How often two trials of the same agent differ: what a loss must exceed before it is one. */
import type { Case } from "./case.ts";

/**
 * The probability that two trials of one case differ with the baseline, mean over the cases with two trials or more;
 * undefined when there are none. Unbiased for the mean of 2p(1 − p).
 */
export function disagreement(cases: readonly Case[]): number | undefined {
  const shares = cases.flatMap(({ baseline }) => {
    const trials = baseline.length;
    const passed = baseline.filter(Boolean).length;
    return trials < 2 ? [] : [(passed * (trials - passed)) / ((trials * (trials - 1)) / 2)];
  });
  return shares.length === 0 ? undefined : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/**
 * How many cases chance alone would show as lost (all trials of the baseline pass, all of the candidate fail) at most,
 * if the candidate were the baseline. For n trials in each arm that is (p(1 − p))ⁿ ≤ (1/4)ⁿ⁻¹ · p(1 − p) for a case, and
 * the mean of p(1 − p) is half the {@link disagreement}.
 */
export function lostByChance(cases: readonly Case[], disagreement: number): number {
  return cases.reduce((sum, one) => {
    const trials = Math.min(one.baseline.length, one.candidate.length);
    return sum + (disagreement / 2) * 0.25 ** (trials - 1);
  }, 0);
}

/** P(X ≥ count) for a Poisson variable with that mean. */
export function atLeast(count: number, mean: number): number {
  let below = 0;
  let term = Math.exp(-mean);
  for (let k = 0; k < count; k++) {
    below += term;
    term *= mean / (k + 1);
  }
  return Math.min(1, Math.max(0, 1 - below));
}
