/** The trials of both arms as the table that the gate judges, and those of the first release beside it. */
import type { Outcome } from "../../replay/gate/outcome.ts";
import { trialsOf, type Arm } from "./arm.ts";
import type { EvaluationContext } from "./evaluate.ts";

export interface GateTable {
  readonly outcomes: readonly Outcome[];
  /** Cases without a trial, or with one that nobody could decide: they are not in the table, and the gate is told. */
  readonly incomplete: readonly string[];
}

/**
 * As many trials of a case as both arms have, and `wanted` at most: the newest ones. The oldest of the parent are those for
 * which a case was picked.
 */
export function gateTable(
  { cases, parent }: Pick<EvaluationContext, "cases" | "parent">,
  candidate: Arm,
  wanted: (task: string) => number,
): GateTable {
  const outcomes: Outcome[] = [];
  const incomplete: string[] = [];
  for (const [task, role] of cases) {
    const arms = [parent, candidate].map((arm) => trialsOf(arm, task));
    const common = Math.min(wanted(task), ...arms.map((trials) => trials.length));
    const [baseline = [], patched = []] = arms.map((trials) => trials.slice(trials.length - common));
    if (common === 0 || [...baseline, ...patched].some(({ undecided }) => undecided)) {
      incomplete.push(task);
      continue;
    }
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

/** How the safety cases came out with the first release; those that nobody could decide are left out, and so unknown. */
export function originOutcomes({
  cases,
  origin,
}: Pick<EvaluationContext, "cases" | "origin">): Map<string, boolean[]> {
  const safety = [...cases].flatMap(([id, role]) => (role === "safety" ? [id] : []));
  return new Map(
    safety.flatMap((id) => {
      const trials = trialsOf(origin, id);
      return trials.length === 0 || trials.some(({ undecided }) => undecided)
        ? []
        : [[id, trials.map(({ pass }) => pass)] as const];
    }),
  );
}
