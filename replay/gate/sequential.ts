/**
 * The comparison of two agents while their trials are made: which task is next, and when to stop.
 *
 * Null: over the tasks of the table, the mean of (pass rate of the candidate − pass rate of the baseline) is ≤ 0. Tasks
 * may gain and lose, as long as the losses are no smaller than the gains.
 *
 * Allocation: each pair of trials is of a task drawn uniformly from all tasks, with replacement, whatever was seen. So
 * the next difference d ∈ {−1, 0, 1} has, given everything before, exactly the mean of the null, ≤ 0. Drawn without
 * replacement it would not: once the tasks that lose have had their turn, the mean of the rest is positive also under the
 * null. The stake is fixed by what was seen before and never below zero, so the wealth is a supermartingale that starts
 * at 1 or below: it reaches 1/α with probability α at most, however often it is looked at and whenever one stops
 * (Ville). Giving up early is such a stop too; it costs power, never validity.
 */
import type { Plan } from "./sequential-plan.ts";

export interface Progress {
  /** `better`: the evidence suffices. `futile`: it will hardly ever. `spent`: the plan has no more pairs. */
  readonly state: "open" | "better" | "futile" | "spent";
  readonly pairs: number;
  readonly gains: number;
  readonly losses: number;
  readonly evalue: number;
}

/** Before the first pair. */
export function begin(plan: Plan): Progress {
  return { state: "open", pairs: 0, gains: 0, losses: 0, evalue: plan.wealth[0]?.[0] ?? 0 };
}

/** The index of the next task to try with both arms. `uniform` is in [0, 1) and independent of all outcomes. */
export function nextTask(tasks: number, uniform: number): number {
  return Math.floor(uniform * tasks);
}

/** What a pair of trials adds. After the comparison has ended nothing changes any more. */
export function observe(
  plan: Plan,
  before: Progress,
  pair: { baseline: boolean; candidate: boolean },
): Progress {
  if (before.state !== "open") return before;
  const gains = before.gains + Number(pair.candidate && !pair.baseline);
  const losses = before.losses + Number(pair.baseline && !pair.candidate);
  const evalue = plan.wealth[gains + losses]?.[gains] ?? 0;
  const after = { pairs: before.pairs + 1, gains, losses, evalue };
  if (gains >= (plan.needed[gains + losses] ?? Infinity)) return { ...after, state: "better" };
  if (after.pairs >= plan.pairs) return { ...after, state: "spent" };
  return { ...after, state: isFutile(plan, after) ? "futile" : "open" };
}

/** Of three pairs that differ two are gains: what every task at .5 → .7 gives, and a little less. */
const HOPED_FOR = 0.67;
/** Nothing is given up before this share of the pairs: a few tasks that are fixed for good take a while to be drawn. */
const FIRST_LOOK = 0.15;

/**
 * Whether the boundary is out of reach also for a candidate as good as hoped for, or as good as it looks when that is
 * more: with the rate of differences seen so far, it would get there with a chance below {@link patience}.
 */
function isFutile(plan: Plan, { pairs, gains, losses }: Omit<Progress, "state">): boolean {
  if (pairs < FIRST_LOOK * plan.pairs) return false;
  const moved = gains + losses;
  const left = Math.max(1, Math.round(((plan.pairs - pairs) * (moved + 1)) / (pairs + 2)));
  const missing = (plan.needed[Math.min(plan.pairs, moved + left)] ?? Infinity) - gains;
  if (missing > left) return true;
  const chance = Math.min(0.97, Math.max(HOPED_FOR, (gains + 0.5) / (moved + 1)));
  const spread = Math.sqrt(left * chance * (1 - chance));
  return normalTail((missing - 0.5 - left * chance) / spread) < patience(plan);
}

/** A long plan can afford to give up sooner: what is good enough it finds long before its end. */
function patience({ pairs }: Plan): number {
  return Math.max(0.015, Math.min(0.2, 12 * (pairs / 1000) ** 3));
}

/** P(Z ≥ z) of a standard normal, to about 1e-7 (Abramowitz & Stegun 26.2.17). */
function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z >= 0 ? tail : 1 - tail;
}
