/** Which of those that helped in quick trials are tried for real, and in which order. */
import type { Proposal } from "../../candidate.ts";
import { difference } from "../../difference.ts";

export interface Tried {
  readonly proposal: Proposal;
  /** Its place among all that were proposed, from 0: proposers hand over their best first. */
  readonly rank: number;
  /** Of the cases that it was tried on. */
  readonly passed: number;
  readonly of: number;
}

/** Enough that fix all cases: the gate takes the first of them that it accepts, and seldom needs more. */
export const ENOUGH = 3;

/**
 * Those that fix all cases come before those that fix some; then by rank, where ranks of one order of magnitude are taken for
 * equal, and the smaller patch wins. With enough that fix all, others are left out: how many were tried by then is chance.
 */
export function inOrder(tried: readonly Tried[]): Proposal[] {
  const helped = tried.filter(({ passed }) => passed > 0).toSorted((a, b) => a.rank - b.rank);
  const whole = helped.filter(fixesAll).slice(0, ENOUGH);
  const kept = whole.length < ENOUGH ? helped : whole;
  return kept
    .toSorted(
      (a, b) =>
        Number(fixesAll(b)) - Number(fixesAll(a)) ||
        magnitude(a.rank) - magnitude(b.rank) ||
        sizeOf(a.proposal) - sizeOf(b.proposal) ||
        a.rank - b.rank,
    )
    .map(({ proposal }) => proposal);
}

export function fixesAll({ passed, of }: Tried): boolean {
  return passed === of;
}

/** 0 for the first eight, then a step whenever it doubles. */
function magnitude(rank: number): number {
  return Math.floor(Math.log2(1 + rank / 8));
}

/** Characters taken out and put in. */
function sizeOf({ edits }: Proposal): number {
  return edits.reduce((sum, { before = "", after }) => {
    const { start, end, text } = difference(before, after);
    return sum + end - start + text.length;
  }, 0);
}
