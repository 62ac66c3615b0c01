/** The half of the question that only trials can answer: whether a candidate passes without doing the work. */
import type { Runtime } from "../../runtime/kernel/run/run-task.ts";
import { passesUntouched } from "../../runtime/kernel/suite/untouched.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";
import { settleAll } from "../settle-all.ts";
import type { GamingFinding } from "./finding.ts";
import { workNotDone } from "./no-work.ts";

export interface ObservedTrial {
  readonly task: TaskOnDisk;
  readonly pass: boolean;
  readonly events: readonly TrajectoryEvent[];
}

export interface TrialsQuestion {
  /** Trials of the candidate. */
  readonly trials: readonly ObservedTrial[];
  readonly runtime: Pick<Runtime, "sandbox">;
}

/** @throws RatchetError (infrastructure) when the verifier of a task cannot decide on its own workspace */
export async function gamingInTrials({ trials, runtime }: TrialsQuestion): Promise<GamingFinding[]> {
  const found = await settleAll(
    trials.map(async ({ task, pass, events }, index): Promise<GamingFinding[]> => {
      if (!pass) return [];
      const facts = { passesUntouched: await passesUntouched(runtime, task) };
      const message = workNotDone(events, facts);
      return message === undefined ? [] : [{ kind: "no-work", where: `trial ${index + 1}`, message }];
    }),
  );
  return found.flat();
}
