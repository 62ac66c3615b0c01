/**
 * Ratchet as a library: open a home, run instructions, evolve.
 *
 *     await using home = await openHome("my-agent");
 *     await runTask(home, { instruction: "Sort names.txt", workspace: "/data" });
 *     await evolve(home, { suite: "example" });
 */
import { realpath } from "node:fs/promises";
import { evolve as runEvolution, type Evolved, type EvolveOptions } from "../evolver/evolve.ts";
import { runInstruction, runSuite as runSuiteTasks } from "../replay/live.ts";
import { watchRelease as watchLastPromotion } from "../replay/release/watch-release.ts";
import type { TrialResult } from "../replay/trial.ts";
import { openHome as readHome } from "./kernel/home/home.ts";
import { initHome } from "./kernel/home/init.ts";
import type { RunResult, Runtime } from "./kernel/run/run-task.ts";
import { openRuntime } from "./kernel/run/runtime.ts";
import type { TrajectoryEvent } from "./kernel/trajectory/events.ts";

export type { CycleEvent, CycleReport, Score } from "../evolver/cycle/cycle.ts";
export type { Candidate, Proposal } from "../evolver/candidate.ts";
export type { Evolved } from "../evolver/evolve.ts";
export type { Outcome, Verdict } from "../replay/gate/outcome.ts";
export { judgeTable } from "../replay/gate/judge.ts";
export type { TrialResult } from "../replay/trial.ts";
export { RatchetError } from "./kernel/error.ts";
export type { Template } from "./kernel/home/init.ts";
export type { RunResult } from "./kernel/run/run-task.ts";
export type { TrajectoryEvent } from "./kernel/trajectory/events.ts";
export { initHome };

/** A home with its store, model and sandbox open. Close it, or hold it with `await using`. */
export interface OpenHome extends Runtime, AsyncDisposable {
  close(): Promise<void>;
}

/**
 * Opens the home at `dir` or above it.
 * @param env where credentials are looked up (ANTHROPIC_API_KEY and its kin); `process.env` when left out
 * @throws RatchetError (config) when a file of the home is not valid; NoSandbox when no sandbox works here
 */
export async function openHome(dir: string, env: NodeJS.ProcessEnv = process.env): Promise<OpenHome> {
  const runtime = await openRuntime(await readHome(dir), env);
  const close = (): Promise<void> => runtime.store.close();
  return { ...runtime, close, [Symbol.asyncDispose]: close };
}

export interface RunOptions {
  readonly instruction: string;
  /** Folder that the agent works in. It is snapshotted first. */
  readonly workspace: string;
  /** Commit to run instead of the current release. */
  readonly release?: string;
  readonly signal?: AbortSignal;
  readonly watch?: (event: TrajectoryEvent) => void;
}

/** Runs an instruction through the current release. A failing agent is a result, not an error. */
export async function runTask(home: OpenHome, options: RunOptions): Promise<RunResult> {
  const workspace = await realpath(options.workspace);
  return runInstruction(home, {
    ...options,
    workspace,
    signal: options.signal ?? new AbortController().signal,
  });
}

/** Runs every task of a suite, each in a scratch copy of its workspace. */
export async function runSuite(
  home: OpenHome,
  options: { readonly suite: string; readonly release?: string; readonly signal?: AbortSignal },
): Promise<TrialResult[]> {
  return runSuiteTasks(home, { ...options, signal: options.signal ?? new AbortController().signal });
}

/** Runs one cycle: failures become candidates, the gate judges them, what is accepted becomes branches. */
export async function evolve(home: OpenHome, options: Partial<EvolveOptions> = {}): Promise<Evolved> {
  return runEvolution(home, { ...options, signal: options.signal ?? new AbortController().signal });
}

/**
 * Looks once at the last promotion: the labelled live runs since then against those of the newest release before it that has
 * any. When they are worse, by an exact test whose level of 0.01 all looks share, the release goes back. `agent run` asks
 * after each run; the library never asks by itself, so call it after runs that a verifier or feedback has labelled.
 * @returns what was taken back and why, for people; undefined when nothing was done
 * @throws PromotionRefused (`release-moved`) when somebody else moved the release meanwhile; RatchetError when git or the
 * store fail. The release was not moved then.
 */
export async function watchRelease(home: OpenHome): Promise<string | undefined> {
  return watchLastPromotion(home.home, home.store);
}
