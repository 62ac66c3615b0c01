/** What a second try of the baseline would have given: a control that is shown beside the gain. */
import type { Case } from "./case.ts";
import type { BestOfTwo } from "./outcome.ts";

/**
 * A candidate that is no better than the baseline tried twice may be no more than a second try in disguise. Judged over the
 * cases that have two trials of the baseline at least; undefined when there are none.
 *
 * Two tries of a case fail together with probability (1 − p)². Of n trials that failed f times, the share
 * C(f, 2) / C(n, 2) of pairs of distinct trials failed together, which has that expectation, with any n.
 */
export function bestOfTwo(cases: readonly Case[]): BestOfTwo | undefined {
  const tried = cases.filter(({ baseline, candidate }) => baseline.length >= 2 && candidate.length >= 1);
  if (tried.length === 0) return undefined;
  return {
    candidate: mean(tried.map(({ candidate }) => passRate(candidate))),
    baseline: mean(tried.map(({ baseline }) => passRate(baseline))),
    bestOfTwo: mean(tried.map(({ baseline }) => 1 - failTogether(baseline))),
  };
}

function passRate(trials: readonly boolean[]): number {
  return trials.filter(Boolean).length / trials.length;
}

function failTogether(trials: readonly boolean[]): number {
  const failed = trials.filter((pass) => !pass).length;
  return (failed * (failed - 1)) / (trials.length * (trials.length - 1));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
