/** Runs many trials at once on this machine. A queue over machines has the same face. */
import { availableParallelism } from "node:os";
import PQueue from "p-queue";
import type { BudgetCaps } from "../guardrails/budget.ts";
import type { Genome } from "../runtime/kernel/genome.ts";
import type { Runtime } from "../runtime/kernel/run/run-task.ts";
import type { Recording } from "../runtime/kernel/playback/recording.ts";
import type { TaskOnDisk } from "../runtime/kernel/suite/task.ts";
import { settleAll } from "./settle-all.ts";
import { runTrial, type TrialResult } from "./trial.ts";

export interface TrialRunner {
  /**
   * Runs each task `trials` times with `genome`; results in the order of the tasks, trials of one task together.
   * @throws the reason of `signal` when it is aborted; no trial goes on then
   */
  runAll(request: RunAllRequest): Promise<TrialResult[]>;
}

export interface RunAllRequest {
  readonly genome: Genome;
  readonly tasks: readonly TaskOnDisk[];
  readonly trials?: number;
  readonly purpose: "live" | "trial";
  readonly caps?: Partial<BudgetCaps>;
  readonly signal: AbortSignal;
  /**
   * The recording of a trial, by the id of its task and its number: from 0 among the trials of the task in this request, also
   * when `tasks` names it several times. Without one the trial is live. A rejection ends all of them.
   */
  readonly recordingFor?: (task: string, trial: number) => Promise<Recording | undefined>;
  readonly onResult?: (result: TrialResult) => void;
}

/** @param concurrency trials at once; a little above the number of cores when undefined, since trials also wait */
export function createTrialRunner(runtime: Runtime, concurrency?: number): TrialRunner {
  const queue = new PQueue({ concurrency: concurrency ?? availableParallelism() + 1 });
  return {
    async runAll({ genome, tasks, trials = 1, purpose, caps, signal, recordingFor, onResult }) {
      const run = async ({ task, trial }: Job): Promise<TrialResult> => {
        signal.throwIfAborted();
        const recording = await recordingFor?.(task.id, trial);
        const result = await runTrial(runtime, {
          task,
          genome,
          purpose,
          signal,
          ...(caps === undefined ? {} : { caps }),
          ...(recording === undefined ? {} : { recording }),
        });
        // What was stopped half-way is no result.
        signal.throwIfAborted();
        onResult?.(result);
        return result;
      };
      // When this throws, the trials that still ran have closed their records and taken their folders away.
      return settleAll(jobsOf(tasks, trials).map((job) => queue.add(() => run(job))));
    },
  };
}

interface Job {
  readonly task: TaskOnDisk;
  /** Which trial of the task it is, from 0. */
  readonly trial: number;
}

function jobsOf(tasks: readonly TaskOnDisk[], trials: number): Job[] {
  const seen = new Map<string, number>();
  return tasks
    .flatMap((task) => Array.from({ length: trials }, () => task))
    .map((task) => {
      const trial = seen.get(task.id) ?? 0;
      seen.set(task.id, trial + 1);
      return { task, trial };
    });
}
