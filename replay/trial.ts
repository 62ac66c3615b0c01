/** A trial: one task, run by one commit, in a scratch copy of its workspace that is thrown away afterwards. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BudgetCaps } from "../guardrails/budget.ts";
import type { Genome } from "../runtime/kernel/genome.ts";
import { runTask, type RunResult, type Runtime } from "../runtime/kernel/run/run-task.ts";
import type { Recording } from "../runtime/kernel/playback/recording.ts";
import type { TaskOnDisk } from "../runtime/kernel/suite/task.ts";
import type { TrajectoryEvent } from "../runtime/kernel/trajectory/events.ts";
import { createScratch, type Origin } from "../runtime/kernel/workspace/scratch.ts";

export interface TrialRequest {
  readonly task: TaskOnDisk;
  readonly genome: Genome;
  readonly purpose: "live" | "trial";
  /** Lower caps than those of the home and the task. */
  readonly caps?: Partial<BudgetCaps>;
  readonly signal: AbortSignal;
  /** An earlier run of the task that answers for as long as the requests are the same. */
  readonly recording?: Recording;
  /** Where the workspace comes from; the task's own when left out. */
  readonly origin?: Origin;
  readonly watch?: (event: TrajectoryEvent) => void;
}

export interface TrialResult extends RunResult {
  readonly task: string;
  readonly pass: boolean;
  /** No verifier decided: neither a pass nor a failure. `pass` is false then. */
  readonly undecided: boolean;
}

/**
 * A trial with a recording that is to stop at a miss is undecided then.
 * @throws RatchetError when the store fails or the task's workspace cannot be copied
 */
export async function runTrial(runtime: Runtime, request: TrialRequest): Promise<TrialResult> {
  const { task, origin } = request;
  await using scratch = await createScratch(origin ?? workspaceOf(task));
  const { instruction } = task.task;
  const result = await runTask(runtime, {
    ...request,
    instruction,
    workspace: scratch.dir,
  });
  const verdict = result.verification?.verdict ?? "error";
  return { ...result, task: task.id, pass: verdict === "pass", undecided: verdict === "error" };
}

/** Git keeps no empty folders: a task that was cloned may have lost its workspace. */
export function workspaceOf({ dir }: TaskOnDisk): Origin {
  const path = join(dir, "workspace");
  return existsSync(path) ? { kind: "folder", path } : { kind: "empty" };
}
