/** Live runs: an instruction in the user's own folder, a task from its folder, a whole suite. */
import type { BudgetCaps } from "../guardrails/budget.ts";
import { RatchetError } from "../runtime/kernel/error.ts";
import { requirePrice } from "../runtime/kernel/model/price.ts";
import { runTask, type RunResult, type Runtime } from "../runtime/kernel/run/run-task.ts";
import { loadTask } from "../runtime/kernel/suite/load.ts";
import type { TrajectoryEvent } from "../runtime/kernel/trajectory/events.ts";
import { snapshot } from "../runtime/kernel/workspace/snapshot.ts";
import { releaseGenome } from "./release/genome.ts";
import { createTrialRunner } from "./runner.ts";
import { snapshotsOf, WORKSPACE_ENDS } from "./snapshots.ts";
import { openSuite } from "./suites/suite.ts";
import { refuseHomeAsWorkspace } from "./workspace.ts";
import { runTrial, type TrialResult } from "./trial.ts";

interface LiveOptions {
  /** Commit to run instead of the current release. */
  readonly release?: string;
  /** Lower caps than those of the home, for each run. */
  readonly caps?: Partial<BudgetCaps>;
  readonly signal: AbortSignal;
}

/**
 * Runs an instruction in the user's own folder, which is snapshotted before.
 * @throws RatchetError when the folder is, holds or lies in the home, or cannot be snapshotted, or when a money cap cannot
 * be kept: nothing was run then
 */
export async function runInstruction(
  runtime: Runtime,
  options: LiveOptions & {
    readonly instruction: string;
    /** Real path. */
    readonly workspace: string;
    readonly watch?: (event: TrajectoryEvent) => void;
    readonly approve?: (question: string) => Promise<boolean>;
  },
): Promise<RunResult> {
  await refuseHomeAsWorkspace(runtime.home, options.workspace);
  requirePrice(runtime.model, options.caps?.usd);
  const genome = await releaseGenome(runtime.home, options.release);
  const before = await snapshot({ workspace: options.workspace, store: snapshotsOf(runtime.home) });
  const result = await runTask(runtime, { ...options, genome, purpose: "live", snapshot: before.tree });
  await rememberEnd(runtime, result.id, options.workspace);
  return result;
}

/** What the run left, so that undoing it can tell its changes from those that a person made later. */
async function rememberEnd({ home, store }: Runtime, run: string, workspace: string): Promise<void> {
  try {
    const after = await snapshot({ workspace, store: snapshotsOf(home) });
    await store.put(WORKSPACE_ENDS, run, after.tree);
  } catch (error) {
    // Too large by now, say. The run is over and recorded; undo then asks for --force.
    if (!(error instanceof RatchetError)) throw error;
  }
}

/** Runs the task in `dir`, in a scratch copy of its workspace. */
export async function runTaskFolder(
  runtime: Runtime,
  options: LiveOptions & { readonly dir: string; readonly watch?: (event: TrajectoryEvent) => void },
): Promise<TrialResult> {
  requirePrice(runtime.model, options.caps?.usd);
  const [genome, task] = await Promise.all([
    releaseGenome(runtime.home, options.release),
    loadTask(options.dir),
  ]);
  return runTrial(runtime, { ...options, task, genome, purpose: "live" });
}

/** Runs every task of a suite once, several at a time. */
export async function runSuite(
  runtime: Runtime,
  options: LiveOptions & { readonly suite: string; readonly onResult?: (result: TrialResult) => void },
): Promise<TrialResult[]> {
  requirePrice(runtime.model, options.caps?.usd);
  const [genome, tasks] = await Promise.all([
    releaseGenome(runtime.home, options.release),
    openSuite(runtime.home, options.suite),
  ]);
  const runner = createTrialRunner(runtime, runtime.home.config.evolution.parallel);
  return runner.runAll({ ...options, genome, tasks, purpose: "live" });
}
