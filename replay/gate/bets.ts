/** The bets on a gain, and what they are worth on the outcomes of a whole table. */
import type { Case } from "./case.ts";

/** Share of the wealth that is put on "the next difference is a gain", and the part of the wealth that bets so. */
export interface Bet {
  readonly share: number;
  readonly weight: number;
}

/**
 * Most of the wealth plays the share that grows fastest when every task goes from .5 to .7; the rest is for small gains
 * spread over many tasks, and for a few tasks that are fixed for good.
 */
export const BETS: readonly Bet[] = [
  { share: 0.2, weight: 0.15 },
  { share: 0.4, weight: 0.7 },
  { share: 0.9, weight: 0.15 },
];

/**
 * Evidence of a table that the candidate passes more often: an e-value, at least 1/α with probability at most α when
 * it does not.
 *
 * Null: over the tasks of the table, the mean of (pass rate of the candidate − pass rate of the baseline) is ≤ 0. Tasks
 * may gain and lose; their rates are fixed and unknown; trials are independent. No task needs to be without change.
 *
 * A pass takes one difference dᵢ ∈ [−1, 1] of each task i, with mean δᵢ. A bet of share λ multiplies its wealth by
 * Π(1 + λdᵢ). Its expectation is Π(1 + λδᵢ), because the tasks are independent, and that is at most (1 + λ·mean δ)ⁿ ≤ 1
 * (inequality of the arithmetic and the geometric mean). This needs λ to be the same for all tasks of a pass, which a
 * bet fixed beforehand is; then the order of the tasks does not matter, no task counts more than another, and tasks
 * that gain cannot be played before those that lose. Passes multiply; bets are averaged. So this is a test
 * supermartingale over passes, and a table may be judged after each whole pass (Waudby-Smith & Ramdas, "Estimating means
 * of bounded random variables by betting", 2024; Ramdas et al., "Game-theoretic statistics", 2023).
 *
 * When tasks have different numbers of trials there are as many passes as the fewest, and later trials do not count. Who tries
 * again what looked bad, until it looks good, has made the means of such tasks rise; the first passes know nothing of it.
 */
export function evalueOf(cases: readonly Case[], direction: "gain" | "loss" = "gain"): number {
  const passes = cases.reduce(
    (fewest, { baseline, candidate }) => Math.min(fewest, baseline.length, candidate.length),
    Infinity,
  );
  if (cases.length === 0 || passes === 0) return 1;
  const sign = direction === "gain" ? 1 : -1;
  const logs = BETS.map(() => 0);
  for (const one of cases) {
    for (let pass = 0; pass < passes; pass++) {
      const difference = Number(one.candidate[pass]) - Number(one.baseline[pass]);
      if (difference === 0) continue;
      for (const [i, { share }] of BETS.entries()) {
        logs[i] = (logs[i] ?? 0) + Math.log1p(share * sign * difference);
      }
    }
  }
  return BETS.reduce((sum, { weight }, i) => sum + weight * Math.exp(logs[i] ?? 0), 0);
}
