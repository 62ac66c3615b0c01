/**
 * Online control of false discoveries over the life of an agent: the level that the next candidate is tested at.
 *
 * Candidate t takes its level α_t before its first trial and is accepted only when its e-value e_t reaches 1/α_t. With
 * R_{t−1} accepted before it, its share is s_t = α_t / (R_{t−1} + 1). It costs, of a budget that is α at the beginning,
 *
 *     c_t = 0                                   accepted
 *     c_t = s_t · max(0, 1 − e_t) / (1 − α_t)   not accepted, e_t where the test stopped
 *     c_t = s_t / (1 − α_t)                     not ended, or cut off: the most that it can cost
 *
 * and α_t is such that this most is within what is left, so that Σ c_t ≤ α whatever happens.
 *
 * Bound: after any number of candidates, the expected share of accepted ones that do not help is at most α. For the
 * share is Σ 1{t accepted, does not help} / R, and R ≥ R_{t−1} + 1 for each of them, so it is at most
 * Σ 1{t accepted, does not help} · s_t/α_t. For one that does not help, E[e_t | past] ≤ 1, and on every outcome
 *
 *     1{accepted} · s_t/α_t ≤ c_t − κ·s_t·(1 − e_t)     with κ = 1/(1 − α_t):
 *
 * accepted means e_t ≥ 1/α_t, where the right side is at least κ·s_t·(1/α_t − 1) = s_t/α_t; otherwise the left side is 0
 * and c_t ≥ κ·s_t·(1 − e_t). In expectation the last term takes away, so its part of the share is at most what it costs.
 * One that helps costs something or nothing. So the expected share is at most E Σ c_t ≤ α. The sum over all t also bounds
 * the largest such share that there ever was, not only the last.
 *
 * - The other rules of the gate may refuse what has reached 1/α_t. It counts as not accepted, and R counts what was
 *   accepted in the end; the inequality holds all the same.
 * - α_t and s_t depend on the past only. Tests may overlap, when each e-value is fair given what was known as its level
 *   was taken.
 *
 * e-LOND (Xu & Ramdas, "Online multiple testing with e-values", AISTATS 2024) is the case in which each candidate costs
 * s_t = αγ_t, fixed beforehand, whatever comes out. That shares are parts of what is left is from e-LORD, that what looks
 * good costs less from e-SAFFRON (Zhang et al., "e-GAI", arXiv 2506.01452, after Ramdas et al., "SAFFRON", 2018). Here the
 * cost falls with e_t itself, where theirs jumps at a threshold.
 */

/** A candidate that has taken its level. */
export interface Tested extends Level {
  /** Where the test stopped; undefined while it goes on, and when it was cut off. */
  readonly evalue: number | undefined;
  readonly accepted: boolean;
}

export interface Level {
  /** Accepted only at an e-value of 1/level. */
  readonly level: number;
  /** The level divided by the number accepted before, plus one. */
  readonly share: number;
}

/**
 * The level of the next candidate; depends on the past only. Never above α, so that each acceptance taken by itself is
 * false with probability α at most, too. Zero when nothing is left, which happens only when α was lowered meanwhile.
 * @param alpha within (0, 1)
 */
export function nextLevel(life: readonly Tested[], alpha: number): Level {
  const accepted = life.filter((one) => one.accepted).length;
  return levelFor(left(life, alpha) * part(life.length), accepted, alpha);
}

/** What of the budget α is left: never below zero. */
export function left(life: readonly Tested[], alpha: number): number {
  return Math.max(0, alpha - life.reduce((sum, one) => sum + costOf(one), 0));
}

/** @returns c_t as above */
export function costOf({ level, share, evalue, accepted }: Tested): number {
  if (accepted) return 0;
  return (share * Math.max(0, 1 - (evalue ?? 0))) / (1 - level);
}

/**
 * The part of what is left that the next test may cost; any within [0, 1] keeps the bound. Chosen by simulated lives of 20
 * to 500 candidates of which 10 to 50% help, with 20 and 40 tasks. From .5/(t + 5) to 3/(t + 100) the share of helping
 * candidates that is found differs by a few points only, because a lower level is met with more trials
 * (`sequential-plan.ts`). Of those, this one makes the fewest trials in long lives, and few in short ones.
 */
export function part(before: number): number {
  return 1.5 / (before + 30);
}

/** The highest round level that costs `most` at most: there are few different ones, so that plans can be kept. */
export function levelFor(most: number, accepted: number, alpha: number): Level {
  const scaled = most * (accepted + 1);
  const level = Math.min(alpha, roundDown(scaled / (1 + scaled)));
  return { level, share: level / (accepted + 1) };
}

/** Ten to a decade. */
const ROUND = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

function roundDown(value: number): number {
  if (!(value > 0)) return 0;
  const decade = Math.floor(Math.log10(value));
  // The logarithm may be off at a power of ten.
  const below = [decade - 1, decade, decade + 1]
    .flatMap((exponent) => ROUND.map((digits) => Number(`${digits}e${exponent}`)))
    .filter((level) => level <= value);
  return below.at(-1) ?? 0;
}
