/** The tests that a statistician would take from the shelf, on the same synthetic agents: what the gate is held against. */
import type { SyntheticTask } from "../../../replay/gate/simulate.ts";

/** Whether a run promotes, and the trials of both arms together. */
export interface Decided {
  readonly promoted: boolean;
  readonly trials: number;
}

const BET = 0.5;
const PASSES = 5;

/**
 * The plain e-process: half of the wealth on each next difference being a gain, tasks in random order, five passes at
 * most, until the wealth is 1/α.
 */
export function plainEprocess(
  tasks: readonly SyntheticTask[],
  alpha: number,
  uniform: () => number,
): Decided {
  let [wealth, trials] = [1, 0];
  for (let pass = 0; pass < PASSES; pass++) {
    for (const { before, after } of shuffled(tasks, uniform)) {
      const difference = Number(uniform() < after) - Number(uniform() < before);
      wealth *= 1 + BET * difference;
      trials += 2;
      if (wealth >= 1 / alpha) return { promoted: true, trials };
    }
  }
  return { promoted: false, trials };
}

/** The exact one-sided sign test: one trial of each task with each arm. */
export function signTest(tasks: readonly SyntheticTask[], alpha: number, uniform: () => number): Decided {
  let [gains, losses] = [0, 0];
  for (const { before, after } of tasks) {
    const difference = Number(uniform() < after) - Number(uniform() < before);
    if (difference > 0) gains++;
    if (difference < 0) losses++;
  }
  return { promoted: coinTail(gains, gains + losses) <= alpha, trials: 2 * tasks.length };
}

/** P(at least `hits` of `throws` of a fair coin). */
export function coinTail(hits: number, throws: number): number {
  let [term, tail] = [0.5 ** throws, 0];
  for (let k = 0; k <= throws; k++) {
    if (k >= hits) tail += term;
    term *= (throws - k) / (k + 1);
  }
  return Math.min(1, tail);
}

function shuffled<T>(items: readonly T[], uniform: () => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    const [a, b] = [all[i], all[j]];
    if (a !== undefined && b !== undefined) [all[i], all[j]] = [b, a];
  }
  return all;
}
