/** Repeats a recorded run in a scratch workspace: on its own release or on another, from its recording or live. */
import { RatchetError } from "../runtime/kernel/error.ts";
import { commitOf } from "../runtime/kernel/git.ts";
import type { Genome } from "../runtime/kernel/genome.ts";
import type { Recording } from "../runtime/kernel/playback/recording.ts";
import { runTask, type RunResult, type Runtime } from "../runtime/kernel/run/run-task.ts";
import type { RunRow } from "../runtime/kernel/store/store.ts";
import type { TaskOnDisk } from "../runtime/kernel/suite/task.ts";
import { createScratch, type Origin } from "../runtime/kernel/workspace/scratch.ts";
import { snapshotsOf } from "./snapshots.ts";
import { loadRecording } from "./load-recording.ts";
import { releaseGenome } from "./release/genome.ts";
import { openSuite } from "./suites/suite.ts";
import { workspaceOf } from "./trial.ts";

export interface RepeatOptions {
  /** Id of a run, or the beginning of one. */
  readonly run: string;
  /** Commit, branch or id of a candidate; the release of the run when left out. */
  readonly release?: string | undefined;
  /** How the recording is used; undefined: not at all, every request is live. */
  readonly recorded: Omit<Recording, "events"> | undefined;
  readonly signal: AbortSignal;
}

export interface Repeated {
  /** The run that was repeated. */
  readonly of: RunRow;
  readonly result: RunResult;
  /** Commit that it ran on. */
  readonly release: string;
  /** What its verifier found; without one, `pass` when the run says it is done. */
  readonly verdict: "pass" | "fail" | "undecided";
  /** False when a run without a verifier was repeated. */
  readonly verified: boolean;
  /** Whether it ended as the recorded run did; undefined when one of them is not decided. */
  readonly same: boolean | undefined;
  /** The recording is older than the keys by which requests are matched. */
  readonly keyless: boolean;
}

/**
 * Restores the snapshot of the run, or takes the workspace of its task, which must be one of this home's suites still.
 * @throws RatchetError (usage) when the run is not known, still goes on, or has neither, or when there is no such release;
 * (infrastructure) when the store or the snapshot cannot be read. Nothing was run then.
 */
export async function repeatRun(runtime: Runtime, options: RepeatOptions): Promise<Repeated> {
  const { store } = runtime;
  const run = await store.getRun(options.run);
  if (run.status === "open")
    throw new RatchetError("usage", `run ${run.id} still goes on`, "Wait for its end, or stop it.");
  if (run.purpose === "imported")
    throw new RatchetError(
      "usage",
      `run ${run.id} was imported: the agent that made it, and the workspace it began with, are not here`,
      "`agent runs show` shows it; `agent failures` says what broke.",
    );
  const task = run.task === null ? undefined : await taskOf(runtime, run.task, run.instruction);
  const origin = originOf(runtime, run, task);
  const genome = await genomeOf(runtime, options.release ?? run.release);
  const recording =
    options.recorded === undefined ? undefined : await loadRecording(store, run.id, options.recorded);
  await using scratch = await createScratch(origin);
  const result = await runTask(runtime, {
    instruction: task?.task.instruction ?? run.instruction,
    workspace: scratch.dir,
    genome,
    purpose: "trial",
    signal: options.signal,
    ...(task === undefined ? {} : { task }),
    ...(recording === undefined ? {} : { recording }),
    ...(run.snapshot === null ? {} : { snapshot: run.snapshot }),
  });
  const verdict = verdictOf(result, task);
  const before = verdictBefore(run, task);
  return {
    of: run,
    result,
    release: genome.sha,
    verdict,
    verified: task !== undefined,
    same: verdict === "undecided" || before === undefined ? undefined : verdict === before,
    keyless: recording !== undefined && isKeyless(recording),
  };
}

/** Undefined when the home has no such task, or one that asks for something else by now. */
async function taskOf(
  { home, redact }: Runtime,
  id: string,
  instruction: string,
): Promise<TaskOnDisk | undefined> {
  const suite = id.split("/")[0] ?? "";
  try {
    const tasks = await openSuite(home, suite);
    return tasks.find((task) => task.id === id && redact(task.task.instruction) === instruction);
  } catch (error) {
    // No such suite. One that is there and cannot be read is another matter.
    if (error instanceof RatchetError && error.kind === "usage") return undefined;
    throw error;
  }
}

function originOf({ home }: Runtime, run: RunRow, task: TaskOnDisk | undefined): Origin {
  if (run.snapshot !== null) return { kind: "snapshot", tree: run.snapshot, store: snapshotsOf(home) };
  if (task !== undefined) return workspaceOf(task);
  if (run.task !== null) {
    throw new RatchetError(
      "usage",
      `run ${run.id} was of task ${run.task}, which is not in this home's suites as it was run`,
      `Its workspace and its verifier come from the task's folder: put that under ${home.dir}/tasks/.`,
    );
  }
  throw new RatchetError(
    "usage",
    `run ${run.id} has no snapshot: what it began with is not known`,
    "Repeat another one: `agent runs` lists them.",
  );
}

async function genomeOf({ home }: Runtime, revision: string): Promise<Genome> {
  const commit = await commitOf(home.dir, revision);
  if (commit === undefined) {
    throw new RatchetError(
      "usage",
      `${home.dir} has no commit ${JSON.stringify(revision)}`,
      "Name a commit, a branch, or a patch of `agent patches list`: --release REV",
    );
  }
  return releaseGenome(home, commit);
}

function verdictOf({ status, verification }: RunResult, task: TaskOnDisk | undefined): Repeated["verdict"] {
  if (task === undefined) return status === "aborted" ? "undecided" : status === "done" ? "pass" : "fail";
  const verdict = verification?.verdict ?? "error";
  return verdict === "error" ? "undecided" : verdict;
}

/** What the recorded run came to, judged in the same way. */
function verdictBefore(
  { outcome, status }: RunRow,
  task: TaskOnDisk | undefined,
): "pass" | "fail" | undefined {
  if (task !== undefined) {
    if (outcome.kind !== "verified") return undefined;
    return outcome.pass ? "pass" : "fail";
  }
  if (status === "aborted" || status === "interrupted") return undefined;
  return status === "done" ? "pass" : "fail";
}

function isKeyless({ events }: Recording): boolean {
  const calls = events.filter((event) => event.kind === "model_called");
  return calls.length > 0 && calls.every(({ request }) => request.key === undefined);
}
