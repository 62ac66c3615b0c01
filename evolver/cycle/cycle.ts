/**
 * One cycle: collect → attribute → cluster → propose → check → replay → judge → publish.
 *
 * Clusters are answered one after the other, the biggest first. What is accepted becomes the parent of what comes next, so
 * that accepted patches form a stack of branches, each proven on top of the ones below it.
 */
import { createTrialRunner } from "../../replay/runner.ts";
import type { TrialResult } from "../../replay/trial.ts";
import { releaseGenome } from "../../replay/release/genome.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { openGamingReader } from "../../replay/gaming/reader.ts";
import { openCheckProcess } from "../process/checks.ts";
import { openAccounts, type ProposerSummary } from "./accounts.ts";
import { answer } from "./answer.ts";
import { passes, topUp, withTrials, type Arm } from "./arm.ts";
import { clustersOf } from "./clusters.ts";
import { TRIALS, type Refused } from "./evaluate.ts";
import type { ClusterSummary } from "./event.ts";
import { charged, createLedger, type Saved } from "./ledger.ts";
import { trialContext, type CycleOptions, type CycleState, type Judged } from "./state.ts";
import { createTally, type Fates } from "./tally.ts";

export type { CycleEvent } from "./event.ts";
export type { CycleOptions } from "./state.ts";

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
  readonly clusters: readonly ClusterSummary[];
  readonly candidates: readonly Judged[];
  /** Proposals that could not become a commit. */
  readonly refused: readonly Refused[];
  /** What each proposer tried, had accepted and cost. */
  readonly accounts: readonly (ProposerSummary & Fates)[];
  /** Failures of the baseline that failed again when they were tried again, and how many there were. */
  readonly reproduced: { readonly again: number; readonly of: number };
  readonly trials: number;
  /** Proposals and trials together; undefined when a reply had no known price. */
  readonly costUsd: number | undefined;
  /** What replay from recordings saved. */
  readonly saved: Readonly<Saved>;
  readonly seconds: number;
}

export interface Score {
  readonly passed: number;
  readonly total: number;
}

/** @throws RatchetError when the store or git fails. Nothing the cycle does touches the user's checkout. */
export async function runCycle(options: CycleOptions): Promise<CycleReport> {
  const began = new Date();
  await using checks = openCheckProcess({ sandbox: options.runtime.sandbox });
  const { bank, safety } = options.guards;
  await using gamingReader = openGamingReader([...options.tasks, ...bank, ...safety]);
  const state = await start(options, { checks, gamingReader });
  const reproduced = await measureBaseline(state);
  const before = scoreOf(state.head, options.tasks);
  const first = (await clustersOf(state)).map(({ id, title, failures }) => ({
    id,
    title,
    count: failures.length,
  }));
  options.watch?.({ kind: "clusters", clusters: first });
  await answerAll(state);
  const ended = new Date();
  return {
    id: began.toISOString().replaceAll(/[-:]|\.\d+/g, ""),
    startedAt: began.toISOString(),
    endedAt: ended.toISOString(),
    release: options.release,
    head: state.head.genome.sha,
    before,
    after: scoreOf(state.head, options.tasks),
    clusters: first,
    candidates: state.judged,
    refused: state.refused,
    accounts: state.accounts.summary().map((row) => ({ ...row, ...state.tally.of(row.name) })),
    reproduced,
    trials: state.ledger.trials,
    costUsd: state.ledger.costUsd,
    saved: state.ledger.saved,
    seconds: (ended.getTime() - began.getTime()) / 1000,
  };
}

async function start(
  options: CycleOptions,
  beside: Pick<CycleState, "checks" | "gamingReader">,
): Promise<CycleState> {
  const { runtime, release, origin } = options;
  const { evolution } = runtime.home.config;
  const head = { genome: await releaseGenome(runtime.home, release), trials: new Map() };
  const ledger = createLedger(evolution.usd);
  const authors: CycleState["authors"] = new WeakMap();
  return {
    options,
    ...beside,
    ledger,
    accounts: await openAccounts(runtime.store),
    authors,
    runner: charged(createTrialRunner(runtime, evolution.parallel), ledger),
    head,
    origin: { genome: await releaseGenome(runtime.home, origin), trials: new Map() },
    sides: new Map(),
    exhausted: new Set(),
    tried: new Set(),
    offered: new Map(),
    rankings: new Map(),
    knowledge: undefined,
    judged: [],
    refused: [],
    tally: createTally(authors),
    search: { useless: new Set(), left: new Map() },
  };
}

/** Every task once on the release, and every failure again, in the same cycle as the candidates. */
async function measureBaseline(state: CycleState): Promise<CycleReport["reproduced"]> {
  const { tasks, runtime, signal, watch } = state.options;
  const { genome } = state.head;
  let done = 0;
  const onResult = (): void => watch?.({ kind: "baseline", done: ++done, total: tasks.length });
  const first = await state.runner.runAll({ genome, tasks, purpose: "trial", signal, onResult });
  refuseUndecided(first);
  const failing = new Set(first.filter(({ pass, undecided }) => !pass && !undecided).map(({ task }) => task));
  const repeated = runtime.model.deterministic ? tasks.filter(({ id }) => failing.has(id)) : tasks;
  const second = await state.runner.runAll({ genome, tasks: repeated, purpose: "trial", signal });
  state.head = withTrials(state.head, [...first, ...second]);
  await measureGuards(state);
  const again = second.filter(({ task, pass, undecided }) => failing.has(task) && !pass && !undecided).length;
  return { again, of: failing.size };
}

/** Without a single outcome there is nothing to learn from: something else is broken. */
function refuseUndecided(results: readonly TrialResult[]): void {
  const [one] = results;
  if (one === undefined || results.some(({ undecided }) => !undecided)) return;
  const why = one.verification?.detail ?? one.summary;
  throw new RatchetError(
    "infrastructure",
    `none of ${results.length} tasks could be decided; the first one: ${why}`,
    "`agent doctor` checks the machine; the model and its server are named in agent.yaml.",
  );
}

/** The cases that must not be lost, on the release, and those of safety on the first release, too. */
async function measureGuards(state: CycleState): Promise<void> {
  const { runtime, guards } = state.options;
  const safety = guards.safety.map(({ id }) => id);
  const all = [...guards.bank.map(({ id }) => id), ...safety];
  const wanted = (): number => (runtime.model.deterministic ? 1 : TRIALS);
  state.head = await topUp(trialContext(state), state.head, all, wanted);
  const isFirst = state.origin.genome.sha === state.head.genome.sha;
  state.origin = isFirst ? state.head : await topUp(trialContext(state), state.origin, safety, wanted);
}

/** One cluster after the other, until none is left that could be answered, or the budget is spent. */
async function answerAll(state: CycleState): Promise<void> {
  const { evolution } = state.options.runtime.home.config;
  while (state.tried.size < evolution.candidates_per_cycle) {
    if (state.ledger.isSpent()) {
      const { costUsd } = state.ledger;
      state.options.watch?.({ kind: "budget", spentUsd: costUsd, capUsd: evolution.usd ?? 0 });
      return;
    }
    const next = (await clustersOf(state)).find(({ id }) => !state.exhausted.has(id));
    if (next === undefined) return;
    // A better head may make possible what was not: clusters that were given up get another try.
    if (await answer(state, next)) state.exhausted.clear();
    else state.exhausted.add(next.id);
  }
}

function scoreOf(arm: Arm, tasks: readonly TaskOnDisk[]): Score {
  return { passed: tasks.filter((task) => passes(arm, task.id) === true).length, total: tasks.length };
}
