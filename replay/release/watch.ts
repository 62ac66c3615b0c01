/** After a promotion: has quality fallen, compared with the runs before it? Pure; the caller decides what to do. */
import { RatchetError } from "../../runtime/kernel/error.ts";
import { count } from "../../runtime/kernel/count.ts";

/** One labelled run. Where no suite names the task, whatever repeats belongs under one name: it is no new evidence. */
export interface WatchedRun {
  readonly task: string;
  readonly pass: boolean;
}

export interface Watch {
  readonly degraded: boolean;
  /** The test, its counts, and whether they could have shown anything. */
  readonly reason: string;
  /** One-sided: how often chance alone does this much harm. 1 when there is nothing to compare. */
  readonly p: number;
}

/**
 * The tasks that were run in both windows and did worse in the later one, by as many of their newest runs on either side. Each
 * has passed before. What was decided about the release rests on all tasks; a single one may be here by chance.
 */
export function worseTasks(before: readonly WatchedRun[], after: readonly WatchedRun[]): string[] {
  return pairedVotes(before, after).flatMap(({ task, vote }) => (vote === "worse" ? [task] : []));
}

/**
 * Compares two windows of runs, each newest first, with an exact one-sided test at level `alpha`.
 *
 * Tasks that were run in both windows are paired, when there are enough of them to reach `alpha` at all: each task has
 * one vote, worse or better by its share of passes, equal shares abstain, and the votes go through the exact sign test
 * (Dixon and Mood 1946; for single runs the exact McNemar test, 1947): p = P(X ≥ worse), X ~ Binomial(worse + better, ½).
 * Shares of as many runs are compared on both sides, the newest ones: of a flaky task that did not change, the share of one
 * run is more often below the share of ten than above it, or the other way round, and never an even bet.
 * Otherwise the newest run of each task goes through Fisher's exact test (Fisher 1922): p = P(X ≥ failures after), X
 * hypergeometric given the margins. In both, a task that is repeated a hundred times is one piece of evidence.
 *
 * What is guaranteed: when the agent has not changed, and which tasks are run does not depend on how they went, one look says
 * "degraded" with a chance of at most `alpha`. For the sign test a task may be as hard as it likes, since it is compared with
 * itself; for Fisher's test the tasks after must be of the same mix as those before, so harder ones can pass for a worse agent.
 *
 * It looks once: who asks again after each run must lower `alpha`, or the chance of a false alarm adds up. With levels that add
 * up to α over all looks, all of them together are wrong with a chance of at most α, however they depend on each other.
 * @throws RatchetError (usage) when `alpha` is not between 0 and 1.
 */
export function degraded(before: readonly WatchedRun[], after: readonly WatchedRun[], alpha: number): Watch {
  if (!(alpha > 0 && alpha < 1))
    throw new RatchetError("usage", `alpha must lie between 0 and 1, not ${alpha}`);
  if (before.length === 0 || after.length === 0) {
    const window = before.length === 0 ? "before" : "after";
    return { degraded: false, reason: `not enough evidence: no labelled run ${window} the promotion`, p: 1 };
  }
  const votes = pairedVotes(before, after);
  return votes.length >= votesNeeded(alpha)
    ? bySign(
        votes.map(({ vote }) => vote),
        alpha,
      )
    : byFisher(before, after, alpha);
}

// ---------------------------------------------------------------- paired: the sign test

type Vote = "worse" | "better" | "same";

function pairedVotes(
  before: readonly WatchedRun[],
  after: readonly WatchedRun[],
): { readonly task: string; readonly vote: Vote }[] {
  const earlier = Map.groupBy(before, (run) => run.task);
  return [...Map.groupBy(after, (run) => run.task)].flatMap(([task, since]) => {
    const past = earlier.get(task);
    return past === undefined ? [] : [{ task, vote: voteOf(past, since) }];
  });
}

function voteOf(before: readonly WatchedRun[], after: readonly WatchedRun[]): Vote {
  const size = Math.min(before.length, after.length);
  const change = passes(after.slice(0, size)) - passes(before.slice(0, size));
  return change < 0 ? "worse" : change > 0 ? "better" : "same";
}

function passes(runs: readonly WatchedRun[]): number {
  return runs.filter((run) => run.pass).length;
}

/** Fewest votes with which p can reach alpha: when all of them say worse, p is ½ to that power. */
function votesNeeded(alpha: number): number {
  return Math.ceil(Math.log2(1 / alpha));
}

function bySign(votes: readonly Vote[], alpha: number): Watch {
  const worse = votes.filter((vote) => vote === "worse").length;
  const better = votes.filter((vote) => vote === "better").length;
  const n = worse + better;
  let p = 0;
  for (let k = worse; k <= n; k++) p += Math.exp(logChoose(n, k) - n * Math.LN2);
  p = Math.min(1, p);
  const counts = `${worse} worse and ${better} better of ${count(votes.length, "task")} run before and after (sign test)`;
  const needed = votesNeeded(alpha);
  if (n < needed) {
    const missing = `not enough evidence: ${counts}; it takes ${needed} that differ to reach ${alpha}`;
    return { degraded: false, reason: missing, p };
  }
  return { degraded: reaches(p, alpha), reason: `${counts}, ${compared(p, alpha)}`, p };
}

// ---------------------------------------------------------------- unpaired: Fisher's exact test

function byFisher(runsBefore: readonly WatchedRun[], runsAfter: readonly WatchedRun[], alpha: number): Watch {
  const before = newestOfEachTask(runsBefore);
  const after = newestOfEachTask(runsAfter);
  const failedBefore = before.length - passes(before);
  const failedAfter = after.length - passes(after);
  const tail = (failures: number, least: number) =>
    hypergeometricTail(before.length, after.length, failures, least);
  const p = tail(failedBefore + failedAfter, failedAfter);
  const counts =
    `${failedAfter} of ${count(after.length, "task")} failed after, ${failedBefore} of ${before.length} before ` +
    "(Fisher's exact test, the newest run of each task)";
  // Were every task lost after the promotion, and still nothing could be said, then it is too early.
  const atWorst = tail(failedBefore + after.length, after.length);
  if (!reaches(atWorst, alpha)) return { degraded: false, reason: `not enough evidence: ${counts}`, p };
  return { degraded: reaches(p, alpha), reason: `${counts}, ${compared(p, alpha)}`, p };
}

/** Runs of one task depend on each other, so only one of them counts where runs are counted one by one. */
function newestOfEachTask(runs: readonly WatchedRun[]): WatchedRun[] {
  return [...Map.groupBy(runs, (run) => run.task).values()].flatMap((group) => group.slice(0, 1));
}

/** P(X ≥ least) when `failures` fall at random on `before + after` runs and X of them on the `after` ones. */
function hypergeometricTail(before: number, after: number, failures: number, least: number): number {
  const all = logChoose(before + after, failures);
  let p = 0;
  for (let k = Math.max(least, failures - before); k <= Math.min(after, failures); k++) {
    p += Math.exp(logChoose(after, k) + logChoose(before, failures - k) - all);
  }
  return Math.min(1, p);
}

/** ln of n over k. */
function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log((n - i + 1) / i);
  return sum;
}

/** Sums of logarithms are off in the last digits; a p that equals alpha must not miss it for that. */
function reaches(p: number, alpha: number): boolean {
  return p <= alpha * (1 + 1e-9);
}

function compared(p: number, alpha: number): string {
  return `p = ${p.toPrecision(2)} ${reaches(p, alpha) ? "≤" : ">"} ${alpha}`;
}
