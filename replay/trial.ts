/** A trial: one task, run by one commit, in a scratch copy of its workspace that is thrown away afterwards. */
import { join } from "node:path";
import type { Genome } from "../runtime/kernel/genome.ts";
import { runTask, type RunResult, type Runtime } from "../runtime/kernel/run/run-task.ts";
import type { TaskOnDisk } from "../runtime/kernel/suite/task.ts";
import type { TrajectoryEvent } from "../runtime/kernel/trajectory/events.ts";
import { createScratch } from "../runtime/kernel/workspace/scratch.ts";

export interface TrialRequest {
  readonly task: TaskOnDisk;
  readonly genome: Genome;
  readonly purpose: "live" | "trial";
  readonly signal: AbortSignal;
  readonly watch?: (event: TrajectoryEvent) => void;
}

/** A run without its events: a cycle holds hundreds of these, and the store has the events. */
export interface TrialResult extends Omit<RunResult, "events"> {
  readonly task: string;
  readonly pass: boolean;
}

/** @throws RatchetError when the store fails or the task's workspace cannot be copied */
export async function runTrial(runtime: Runtime, request: TrialRequest): Promise<TrialResult> {
  const { task } = request;
  await using scratch = await createScratch({ kind: "folder", path: join(task.dir, "workspace") });
  const { events: _, ...result } = await runTask(runtime, { ...request, instruction: task.task.instruction, workspace: scratch.dir });
  return { ...result, task: task.id, pass: result.verification?.verdict === "pass" };
}
