/**
 * One cycle: collect → attribute → cluster → propose → check → replay → judge → publish.
 *
 * Clusters are answered one after the other, the biggest first. What is accepted becomes the parent of what comes next, so
 * that accepted patches form a stack of branches, each proven on top of the ones below it.
 */
import { join } from "node:path";
import type { Outcome, Verdict } from "../replay/gate/outcome.ts";
import { createTrialRunner } from "../replay/runner.ts";
import type { TrialResult } from "../replay/trial.ts";
import { materialize, readGenome } from "../runtime/kernel/genome.ts";
import type { Runtime } from "../runtime/kernel/run/run-task.ts";
import type { TaskOnDisk } from "../runtime/kernel/suite/task.ts";
import { messageOf } from "../runtime/kernel/error.ts";
import { analyse, contrastOf } from "./analyse/analyse.ts";
import { passes, traceOf, withTrials, type Arm } from "./arm.ts";
import type { Candidate, Proposal, Rung } from "./candidate.ts";
import { cluster } from "./cluster.ts";
import { decide, screen, topUp, TRIALS, type Evaluated, type EvaluationContext, type Refused } from "./evaluate.ts";
import type { Cluster, Failure, Trace } from "./failure.ts";
import type { Proposer } from "./propose/proposer.ts";
import { record } from "./record.ts";
import { split } from "./split.ts";

export interface CycleOptions {
  readonly runtime: Runtime;
  /** Commit to improve. */
  readonly release: string;
  readonly tasks: readonly TaskOnDisk[];
  readonly proposers: readonly Proposer[];
  readonly signal: AbortSignal;
  readonly watch?: (event: CycleEvent) => void;
}

/** What a cycle tells while it goes on. */
export type CycleEvent =
  | { readonly kind: "baseline"; readonly done: number; readonly total: number }
  | { readonly kind: "clusters"; readonly clusters: readonly { id: string; title: string; count: number }[] }
  | {
      readonly kind: "proposed";
      readonly cluster: string;
      readonly title: string;
      readonly proposals: number;
    }
  | { readonly kind: "proposer-failed"; readonly proposer: string; readonly message: string }
  | { readonly kind: "budget"; readonly spentUsd: number; readonly capUsd: number }
  | { readonly kind: "judged"; readonly candidate: Candidate };

export interface CycleReport {
  readonly id: string;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly release: string;
  /** Tip of the accepted stack; the release itself when nothing was accepted. */
  readonly head: string;
  readonly before: Score;
  readonly after: Score;
  readonly clusters: readonly { readonly id: string; readonly title: string; readonly count: number }[];
  readonly candidates: readonly Judged[];
  /** Proposals that could not become a commit. */
  readonly refused: readonly Refused[];
  /** Failures of the baseline that failed again when they were tried again, and how many there were. */
  readonly reproduced: { readonly again: number; readonly of: number };
  readonly trials: number;
  /** Proposals and trials together; undefined when a reply had no known price. */
  readonly costUsd: number | undefined;
  readonly seconds: number;
}

/** A candidate with the cases that it was judged on; none when it was rejected before the gate. */
export interface Judged {
  readonly candidate: Candidate;
  readonly outcomes: readonly Outcome[];
}

export interface Score {
  readonly passed: number;
  readonly total: number;
}

const RUNGS: readonly Rung[] = ["skill", "prompt", "harness"];

/** @throws RatchetError when the store or git fails. Nothing the cycle does touches the user's checkout. */
export async function runCycle(options: CycleOptions): Promise<CycleReport> {
  const began = new Date();
  const state = await start(options);
  const before = scoreOf(state.head, options.tasks);
  const first = (await clustersOf(options, state.head)).map(summarise);
  options.watch?.({ kind: "clusters", clusters: first });
  while (state.tried < options.runtime.home.config.evolution.candidates_per_cycle) {
    if (isSpent(options, state)) break;
    const next = (await clustersOf(options, state.head)).find(({ id }) => !state.exhausted.has(id));
    if (next === undefined) break;
    const improved = await answer(options, state, next);
    // A better head may make possible what was not: clusters that were given up get another try.
    if (improved) state.exhausted.clear();
    else state.exhausted.add(next.id);
  }
  const ended = new Date();
  return {
    id: state.id,
    startedAt: began.toISOString(),
    endedAt: ended.toISOString(),
    release: options.release,
    head: state.head.genome.sha,
    before,
    after: scoreOf(state.head, options.tasks),
    clusters: first,
    candidates: state.candidates,
    refused: state.refused,
    reproduced: state.reproduced,
    trials: state.trials,
    costUsd: state.costUsd,
    seconds: (ended.getTime() - began.getTime()) / 1000,
  };
}

/** True when `evolution.usd` is reached: what was accepted so far stays, nothing more is tried. */
function isSpent({ runtime, watch }: CycleOptions, state: State): boolean {
  const cap = runtime.home.config.evolution.usd;
  const spent = state.costUsd ?? Number.POSITIVE_INFINITY;
  if (cap === undefined || spent < cap) return false;
  watch?.({ kind: "budget", spentUsd: spent, capUsd: cap });
  return true;
}

interface State {
  readonly id: string;
  readonly runner: ReturnType<typeof createTrialRunner>;
  head: Arm;
  readonly exhausted: Set<string>;
  readonly candidates: Judged[];
  readonly refused: Refused[];
  /** Texts that were tried on a parent already, so that nothing is tried twice. */
  readonly seen: Set<string>;
  readonly reproduced: { again: number; of: number };
  tried: number;
  trials: number;
  costUsd: number | undefined;
}

/** The baseline: every task once, every failure again, side by side with the candidates of this cycle. */
async function start(options: CycleOptions): Promise<State> {
  const { runtime, release, tasks, signal } = options;
  const { home } = runtime;
  const runner = createTrialRunner(runtime, home.config.evolution.parallel);
  const genome = await materialize({
    repo: home.dir,
    sha: release,
    paths: home.config.genome,
    into: join(home.state, "releases"),
  });
  let done = 0;
  const onResult = (): void => options.watch?.({ kind: "baseline", done: ++done, total: tasks.length });
  const first = await runner.runAll({ genome, tasks, purpose: "trial", signal, onResult });
  const failing = new Set(first.filter((result) => !result.pass).map((result) => result.task));
  const repeated = runtime.model.deterministic ? tasks.filter((task) => failing.has(task.id)) : tasks;
  const second = await runner.runAll({ genome, tasks: repeated, purpose: "trial", signal });
  const again = second.filter((result) => failing.has(result.task) && !result.pass).length;
  return {
    id: new Date().toISOString().replaceAll(/[-:]|\.\d+/g, ""),
    runner,
    head: withTrials({ genome, trials: new Map() }, [...first, ...second]),
    exhausted: new Set(),
    candidates: [],
    refused: [],
    seen: new Set(),
    reproduced: { again, of: failing.size },
    tried: 0,
    trials: first.length + second.length,
    costUsd: sum([...first, ...second].map((result) => result.totals.costUsd ?? undefined)),
  };
}

/** Tries to answer one cluster, lowest rung first. True when a patch was accepted. */
async function answer(options: CycleOptions, state: State, target: Cluster): Promise<boolean> {
  const { runtime, signal } = options;
  const { home, store } = runtime;
  const { support, holdout } = split(target, home.config.evolution.holdout);
  const tasks = new Map(options.tasks.map((task) => [task.id, task]));
  const deciding = target.failures.map(taskOf);
  state.head = await topUp({ runner: state.runner, tasks, signal }, state.head, deciding, () => TRIALS);
  const context: EvaluationContext = {
    home,
    store,
    runner: state.runner,
    tasks,
    parent: state.head,
    parentFiles: await readGenome(home.dir, state.head.genome.sha, home.config.genome),
    cases: { support: support.map(taskOf), holdout: holdout.map(taskOf) },
    deterministic: runtime.model.deterministic,
    signal,
  };
  const proposals = await propose(options, state, { ...target, failures: support }, context.parentFiles);
  options.watch?.({ kind: "proposed", cluster: target.id, title: target.title, proposals: proposals.length });
  for (const rung of RUNGS) {
    const ofRung = proposals.filter((proposal) => proposal.rung === rung);
    const screened = await Promise.all(ofRung.map((proposal) => screen(context, proposal)));
    const [refused, committed] = partition(screened);
    state.refused.push(...refused);
    if (isSpent(options, state)) return false;
    if (await judgeInOrder(options, state, context, target, committed)) return true;
  }
  return false;
}

/** The full gate for what survived the screening, one after the other, until one is accepted. */
async function judgeInOrder(
  options: CycleOptions,
  state: State,
  context: EvaluationContext,
  target: Cluster,
  screened: readonly Evaluated[],
): Promise<boolean> {
  for (const [index, candidate] of screened.entries()) {
    const judged = candidate.verdict.verdict === "reject" ? candidate : await decide(context, candidate);
    if (!(await settle(options, state, target, judged))) continue;
    for (const rest of screened.slice(index + 1)) await settle(options, state, target, superseded(rest, judged));
    return true;
  }
  return false;
}

function partition(screened: readonly (Evaluated | Refused)[]): [Refused[], Evaluated[]] {
  const refused: Refused[] = [];
  const committed: Evaluated[] = [];
  for (const one of screened) {
    if ("refused" in one) refused.push(one);
    else committed.push(one);
  }
  return [refused, committed];
}

async function propose(
  options: CycleOptions,
  state: State,
  support: Cluster,
  genome: ReadonlyMap<string, string>,
): Promise<Proposal[]> {
  const { home, store } = options.runtime;
  const { evolution } = home.config;
  const passing = await Promise.all(passingTrials(state.head).map((trial) => traceOf(store, trial)));
  const rejected = state.candidates
    .filter(({ candidate }) => candidate.cluster === support.id && candidate.verdict !== "accept")
    .map(({ candidate: { proposal, reasons } }) => ({
      proposal,
      why: reasons.map((reason) => `${reason.name}: ${reason.figures}`).join("; "),
    }));
  const proposals: Proposal[] = [];
  for (const proposer of options.proposers) {
    try {
      proposals.push(
        ...(await proposer.propose({
          cluster: support,
          passing,
          genome,
          paths: home.config.genome,
          rejected,
          signal: options.signal,
        })),
      );
    } catch (error) {
      options.signal.throwIfAborted();
      // An attempt that came to nothing was paid for all the same.
      if (error instanceof Error && "costUsd" in error) state.costUsd = sum([state.costUsd, Number(error.costUsd)]);
      options.watch?.({ kind: "proposer-failed", proposer: proposer.name, message: messageOf(error) });
    }
  }
  const room = Math.min(evolution.candidates_per_cluster, evolution.candidates_per_cycle - state.tried);
  const fresh = proposals.filter((proposal) => isFresh(state, proposal)).slice(0, room);
  state.tried += fresh.length;
  state.costUsd = sum([state.costUsd, ...proposals.map((proposal) => proposal.costUsd)]);
  return fresh;
}

/** The same edits on the same parent were tried before: their verdict would be the same. */
function isFresh(state: State, proposal: Proposal): boolean {
  const key = JSON.stringify([state.head.genome.sha, proposal.edits.map(({ path, after }) => [path, after])]);
  if (state.seen.has(key)) return false;
  state.seen.add(key);
  return true;
}

/** Writes the verdict down, publishes what was accepted and makes it the new head. */
async function settle(options: CycleOptions, state: State, target: Cluster, judged: Evaluated): Promise<boolean> {
  const { runtime } = options;
  const { home } = runtime;
  const { candidate, published } = await record({ runtime, parent: state.head.genome.sha, cluster: target, judged });
  state.candidates.push({ candidate, outcomes: judged.outcomes });
  const made = judged.arm === undefined ? [] : [...judged.arm.trials.values()].flat();
  state.trials += made.length;
  state.costUsd = sum([state.costUsd, ...made.map((trial) => trial.totals.costUsd ?? undefined)]);
  options.watch?.({ kind: "judged", candidate });
  if (published === undefined || judged.arm === undefined) return false;
  const genome = await materialize({ repo: home.dir, sha: published, paths: home.config.genome, into: join(home.state, "releases") });
  state.head = { genome, trials: judged.arm.trials };
  return true;
}

/** Another patch was accepted first; this one may be proposed again for what is left. */
function superseded(candidate: Evaluated, by: Evaluated): Evaluated {
  if (candidate.verdict.verdict === "reject") return candidate;
  const figures = `"${by.proposal.title}" was accepted first`;
  const why = { name: "needed", claim: "the failure is still there", holds: "fails", figures } as const;
  return {
    ...candidate,
    verdict: { ...candidate.verdict, verdict: "reject", reasons: [why] } satisfies Verdict,
  };
}

async function clustersOf({ runtime }: CycleOptions, head: Arm): Promise<Cluster[]> {
  const contrast = contrastOf(await tracesOf(runtime, passingTrials(head)));
  const failing = [...head.trials].filter(([task]) => passes(head, task) === false);
  const traces = await tracesOf(
    runtime,
    failing.flatMap(([, trials]) => trials.find((trial) => !trial.pass) ?? []),
  );
  return cluster(traces.map((trace): Failure => analyse(trace, contrast)));
}

function passingTrials(arm: Arm): TrialResult[] {
  return [...arm.trials].flatMap(([task, trials]) => (passes(arm, task) === true ? trials.slice(0, 1) : []));
}

async function tracesOf(runtime: Runtime, trials: readonly TrialResult[]): Promise<Trace[]> {
  return Promise.all(trials.map((trial) => traceOf(runtime.store, trial)));
}

function scoreOf(arm: Arm, tasks: readonly TaskOnDisk[]): Score {
  return { passed: tasks.filter((task) => passes(arm, task.id) === true).length, total: tasks.length };
}

/** Undefined as soon as one amount is not known. */
function sum(amounts: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const amount of amounts) {
    if (amount === undefined) return undefined;
    total += amount;
  }
  return total;
}

function taskOf(failure: Failure): string {
  return failure.trace.run.task ?? failure.trace.run.id;
}

function summarise({ id, title, failures }: Cluster): { id: string; title: string; count: number } {
  return { id, title, count: failures.length };
}
