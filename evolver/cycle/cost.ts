/** What the trials of two arms cost, for the reason `within-cost`. */
import type { CostComparison } from "../../replay/gate/evidence.ts";
import { passes, trialsOf, type Arm } from "./arm.ts";

/** Over the tasks that both arms tried. @param limit how many times as much the candidate may cost */
export function costOf(parent: Arm, candidate: Arm, tasks: readonly string[], limit: number): CostComparison {
  const both = tasks.filter(
    (task) => trialsOf(parent, task).length > 0 && trialsOf(candidate, task).length > 0,
  );
  const same = both.filter((task) => passes(parent, task) === true && passes(candidate, task) === true);
  return {
    samePasses:
      same.length === 0
        ? undefined
        : {
            baseline: mean(same.map((task) => meanTokens(parent, task))),
            candidate: mean(same.map((task) => meanTokens(candidate, task))),
          },
    perPass: { baseline: perPass(parent, both), candidate: perPass(candidate, both) },
    limit,
  };
}

/** Each task counts once, with the mean of its trials: arms may have tried a task more or less often. */
function perPass(arm: Arm, tasks: readonly string[]): number | undefined {
  const passed = tasks.reduce(
    (sum, task) => sum + mean(trialsOf(arm, task).map(({ pass }) => Number(pass))),
    0,
  );
  const tokens = tasks.reduce((sum, task) => sum + meanTokens(arm, task), 0);
  return passed === 0 ? undefined : tokens / passed;
}

function meanTokens(arm: Arm, task: string): number {
  return mean(trialsOf(arm, task).map(({ totals }) => totals.inputTokens + totals.outputTokens));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
