/** One side of a comparison: a release or a candidate, with every trial that it was given in this cycle. */
import type { Genome } from "../../runtime/kernel/genome.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";
import type { RunAllRequest, TrialRunner } from "../../replay/runner.ts";
import type { TrialResult } from "../../replay/trial.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { Trace } from "../failure.ts";

export interface Arm {
  readonly genome: Genome;
  /** Trials by task, in the order in which they ended. */
  readonly trials: ReadonlyMap<string, readonly TrialResult[]>;
}

/** The trials that an arm was given of a task. */
export function trialsOf(arm: Arm, task: string): readonly TrialResult[] {
  return arm.trials.get(task) ?? [];
}

/** A task passes when every trial of it passed; undefined when it had none, or one that nobody could decide. */
export function passes(arm: Arm, task: string): boolean | undefined {
  const trials = trialsOf(arm, task);
  if (trials.length === 0 || trials.some(({ undecided }) => undecided)) return undefined;
  return trials.every(({ pass }) => pass);
}

/** The same arm with more trials. */
export function withTrials(arm: Arm, results: readonly TrialResult[]): Arm {
  const trials = new Map(arm.trials);
  for (const result of results) trials.set(result.task, [...(trials.get(result.task) ?? []), result]);
  return { genome: arm.genome, trials };
}

/** The arm with as many trials of each task as are wanted; those that it has are not run again. */
export async function topUp(
  { runner, tasks: known, signal }: TrialContext,
  arm: Arm,
  tasks: readonly string[],
  wanted: (task: string) => number,
  recordingFor?: RunAllRequest["recordingFor"],
): Promise<Arm> {
  const missing = tasks.flatMap((id) => {
    const task = known.get(id);
    const count = Math.max(0, wanted(id) - trialsOf(arm, id).length);
    return task === undefined ? [] : Array.from({ length: count }, () => task);
  });
  const { genome } = arm;
  const request = { genome, tasks: missing, purpose: "trial", signal } as const;
  const recorded = recordingFor === undefined ? {} : { recordingFor };
  return withTrials(arm, await runner.runAll({ ...request, ...recorded }));
}

/** What it takes to make trials of tasks by their ids. */
export interface TrialContext {
  readonly runner: TrialRunner;
  readonly tasks: ReadonlyMap<string, TaskOnDisk>;
  readonly signal: AbortSignal;
}

/**
 * The trial as proposers and analysers see it. What the verifier found is taken out: whoever writes a patch must not learn
 * the answer. So is where the run left its files.
 */
export async function traceForProposers(store: Store, trial: TrialResult): Promise<Trace> {
  const [run, events] = await Promise.all([store.getRun(trial.id), store.events(trial.id)]);
  return {
    run: { ...run, outcome: { kind: "unknown" }, workspace: "", snapshot: null },
    events: events.flatMap(({ event }) => (isAside(event) ? [] : [withoutAnswer(event)])),
  };
}

/** The kernel's own note on how the trial was made; it says nothing about the agent. */
function isAside(event: TrajectoryEvent): boolean {
  return event.kind === "noted" && event.note === "replay_missed";
}

function withoutAnswer(event: TrajectoryEvent): TrajectoryEvent {
  if (event.kind === "verified") return { ...event, detail: "" };
  if (event.kind !== "run_started") return event;
  const { snapshot: _, ...rest } = event;
  return rest;
}
