/** The trials of both arms as the table that the gate judges. */
import type { Outcome, Role } from "../../replay/gate/outcome.ts";
import { passes, type Arm } from "./arm.ts";
import type { EvaluationContext } from "./evaluate.ts";

export interface GateTable {
  readonly outcomes: readonly Outcome[];
  /** Cases with a trial that nobody could decide: they are not in the table, and the gate is told. */
  readonly incomplete: readonly string[];
}

/** @param wanted how many trials of a task each arm has in the table */
export function gateTable(
  context: EvaluationContext,
  candidate: Arm,
  wanted: (task: string) => number,
): GateTable {
  const outcomes: Outcome[] = [];
  const incomplete: string[] = [];
  for (const task of context.tasks.keys()) {
    const baseline = context.parent.trials.get(task)?.slice(0, wanted(task)) ?? [];
    const patched = candidate.trials.get(task)?.slice(0, wanted(task)) ?? [];
    if ([...baseline, ...patched].some(({ undecided }) => undecided)) {
      incomplete.push(task);
      continue;
    }
    const role = roleOf(context, task);
    const rows = (arm: Outcome["arm"], trials: typeof baseline): Outcome[] =>
      trials.map(({ pass }, trial) => ({
        case: task,
        arm,
        trial,
        pass,
        ...(role === undefined ? {} : { role }),
      }));
    outcomes.push(...rows("baseline", baseline), ...rows("candidate", patched));
  }
  return { outcomes, incomplete };
}

/** Failures of other clusters have no role: they may move either way. */
function roleOf({ cases, parent }: EvaluationContext, task: string): Role | undefined {
  if (cases.support.includes(task)) return "failing";
  if (cases.holdout.includes(task)) return "holdout";
  return passes(parent, task) === true ? "passing" : undefined;
}
