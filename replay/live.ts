/** Live runs: an instruction in the user's own folder, a task from its folder, a whole suite. */
import { realpathSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { RatchetError } from "../runtime/kernel/error.ts";
import { materialize, type Genome } from "../runtime/kernel/genome.ts";
import type { Home } from "../runtime/kernel/home/home.ts";
import { runTask, type RunResult, type Runtime } from "../runtime/kernel/run/run-task.ts";
import { loadTask } from "../runtime/kernel/suite/load.ts";
import type { TrajectoryEvent } from "../runtime/kernel/trajectory/events.ts";
import { snapshot } from "../runtime/kernel/workspace/snapshot.ts";
import { currentRelease } from "./release/release.ts";
import { createTrialRunner } from "./runner.ts";
import { openSuite } from "./suites/suite.ts";
import { runTrial, type TrialResult } from "./trial.ts";

interface LiveOptions {
  /** Commit to run instead of the current release. */
  readonly release?: string;
  readonly signal: AbortSignal;
}

/**
 * Runs an instruction in the user's own folder, which is snapshotted before.
 * @throws RatchetError when the folder is, holds or lies in the home, or cannot be snapshotted: nothing was run then
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
  refuseHome(runtime.home, options.workspace);
  const genome = await releaseGenome(runtime.home, options.release);
  const before = await snapshot({ workspace: options.workspace, store: snapshotsOf(runtime.home) });
  return runTask(runtime, { ...options, genome, purpose: "live", snapshot: before.tree });
}

/** An agent that may write its own home could rewrite its guard rules, its tasks and its record. */
function refuseHome(home: Home, workspace: string): void {
  const dir = realpathSync(home.dir);
  if (!isWithin(workspace, dir) && !isWithin(dir, workspace)) return;
  const how = workspace === dir ? "is the agent's home" : isWithin(workspace, dir) ? "lies in the agent's home" : "contains the agent's home";
  throw new RatchetError(
    "refused",
    `${workspace} ${how}: the agent could change its own rules there`,
    "Name another folder to work in: --workspace DIR.",
  );
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith(`..${sep}`) && way !== ".." && !isAbsolute(way));
}

/** Runs the task in `dir`, in a scratch copy of its workspace. */
export async function runTaskFolder(
  runtime: Runtime,
  options: LiveOptions & { readonly dir: string; readonly watch?: (event: TrajectoryEvent) => void },
): Promise<TrialResult> {
  const [genome, task] = await Promise.all([releaseGenome(runtime.home, options.release), loadTask(options.dir)]);
  return runTrial(runtime, { ...options, task, genome, purpose: "live" });
}

/** Runs every task of a suite once, several at a time. */
export async function runSuite(
  runtime: Runtime,
  options: LiveOptions & { readonly suite: string; readonly onResult?: (result: TrialResult) => void },
): Promise<TrialResult[]> {
  const [genome, tasks] = await Promise.all([
    releaseGenome(runtime.home, options.release),
    openSuite(runtime.home, options.suite),
  ]);
  const runner = createTrialRunner(runtime, runtime.home.config.evolution.parallel);
  return runner.runAll({ ...options, genome, tasks, purpose: "live" });
}

/** Where a home keeps the snapshots of workspaces. */
export function snapshotsOf(home: Home): string {
  return join(home.state, "snapshots.git");
}

/** The genome of a commit, or of the current release, on disk. */
export async function releaseGenome(home: Home, commit?: string): Promise<Genome> {
  const sha = commit ?? (await currentRelease(home.dir)).commit;
  return materialize({ repo: home.dir, sha, paths: home.config.genome, into: join(home.state, "releases") });
}
