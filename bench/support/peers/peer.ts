/** The acceptance rules of other systems, as their papers and pages describe them: pure functions over drawn trials. */

export type ArmName = "baseline" | "candidate";

/** Where outcomes come from. Each trial of an arm is asked for once. */
export interface Draws {
  readonly tasks: number;
  /** Whether the arm passes the task in that trial; trials count from 0. */
  attempt(arm: ArmName, task: number, trial: number): boolean;
}

export interface Peer {
  readonly name: string;
  /**
   * Whether the candidate takes the place of the baseline. `repeats` is how often a task is tried where the rule tries it
   * once, for comparisons at equal trials; a task's score is then the mean of its trials.
   */
  decide(draws: Draws, uniform: () => number, repeats: number): boolean;
}

/** The score of each task in one evaluation, in [0, 1]. `evaluation` tells several of the same arm apart. */
export function scoresOf(draws: Draws, arm: ArmName, repeats: number, evaluation = 0): number[] {
  return Array.from({ length: draws.tasks }, (_, task) => scoreOf(draws, arm, task, repeats, evaluation));
}

/** The score of one task, in [0, 1]: the mean of `repeats` trials. */
export function scoreOf(draws: Draws, arm: ArmName, task: number, repeats: number, evaluation = 0): number {
  let passed = 0;
  for (let i = 0; i < repeats; i++) passed += Number(draws.attempt(arm, task, evaluation * repeats + i));
  return passed / repeats;
}

/** The sum of the scores. */
export function total(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0);
}

/** Sums of thirds and the like are not exact: what differs by less is equal. */
const EQUAL = 1e-9;

/** Whether `a` is the greater one by more than rounding. */
export function exceeds(a: number, b: number): boolean {
  return a > b + EQUAL;
}
