/**
 * Online control of false discoveries over the life of an agent: which level the next candidate is tested at.
 *
 * Candidate t is tested by an e-value e_t with E[e_t | everything before its first trial] ≤ 1 when it does not help,
 * and accepted only when e_t ≥ 1/α_t. Its level is fixed before its first trial: α_t = s_t · (R_{t−1} + 1), where
 * R_{t−1} is the number accepted so far, and s_t ≥ 0 a share of a budget that starts at α:
 *
 *     B_t = α − Σ_{j opened before t} s_j + Σ_{j closed before t, not accepted} s_j · min(1, e_j),     s_t ≤ B_t
 *
 * e-LOND (Xu & Ramdas, "Online multiple testing with e-values", AISTATS 2024) is the case of shares αγ_t fixed
 * beforehand, and nothing given back. Taking a part of what is left is the step of e-LORD (Zhang et al., "e-GAI",
 * arXiv 2506.01452). What is given back is what a gambler has left who leaves the table.
 *
 * Bound: the expected share of accepted candidates that do not help is at most α, after any number of candidates.
 * 1. An accepted one has 1 ≤ α_t·e_t, and R ≥ R_{t−1} + 1 in the end. So its part of the share, 1/R, is at most
 *    α_t·e_t / (R_{t−1} + 1) = s_t·e_t.
 * 2. One that does not help pays s_t, and in expectation gets back, as min(1, e_t)·s_t when it is not accepted or as its
 *    part of the false share when it is, at most s_t·E[e_t | past] ≤ s_t. So its part of the false share is, in
 *    expectation, at most what it pays less what it gets back.
 * 3. One that helps never gets back more than it pays. So the sum of all that is paid and not given back bounds the false share; as
 *    s_t ≤ B_t, that sum is at most α on every path.
 * A rule that refuses a candidate besides its e-value makes one more that "is not accepted": 2 and 3 hold for it. So does
 * a test that never ends: it pays, gets nothing back. Tests may overlap, as long as each e-value is fair given what was
 * known when its level was taken. R counts what was accepted in the end, not what reached 1/α_t.
 */

/** A candidate that has taken its level. */
export interface Tested {
  /** Of the budget: its level divided by the number accepted before it, itself included. */
  readonly share: number;
  /** At its last pair; undefined while the test goes on, and when it was cut off. */
  readonly evalue: number | undefined;
  readonly accepted: boolean;
}

export interface Level {
  /** Accepted only at an e-value of 1/level. */
  readonly level: number;
  readonly share: number;
}

/**
 * The level of the next candidate. Depends on the past only. Never above α, so that each acceptance taken by itself is
 * false with probability α at most, too. Zero when nothing is left, which happens only when α was lowered meanwhile.
 * @param alpha within (0, 1)
 */
export function nextLevel(life: readonly Tested[], alpha: number): Level {
  const accepted = life.filter((one) => one.accepted).length;
  const share = Math.min(left(life, alpha) * part(life.length), alpha / (accepted + 1));
  return { share, level: share * (accepted + 1) };
}

/** What of the budget is left: never below zero. */
export function left(life: readonly Tested[], alpha: number): number {
  return Math.max(0, alpha - life.reduce((sum, one) => sum + spent(one), 0));
}

function spent({ share, evalue, accepted }: Tested): number {
  return accepted || evalue === undefined ? share : share * (1 - Math.min(1, evalue));
}

/** The part of what is left that the next test takes, after `before` of them; any within [0, 1] keeps the bound. */
function part(before: number): number {
  return STEEPNESS / (before + HEAD_START);
}

const STEEPNESS = 0.5;
const HEAD_START = 10;
