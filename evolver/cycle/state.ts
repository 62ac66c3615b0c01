/** What one cycle knows while it goes on, and what it is told to do. */
import type { GamingReader } from "../../replay/gaming/reader.ts";
import type { Outcome } from "../../replay/gate/outcome.ts";
import type { TrialRunner } from "../../replay/runner.ts";
import type { Runtime } from "../../runtime/kernel/run/run-task.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { Ranking } from "../analyse/judge/ranking.ts";
import type { Candidate, Proposal, Rung } from "../candidate.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import type { CheckProcess } from "../process/checks.ts";
import type { Proposer } from "../propose/proposer.ts";
import type { Accounts } from "./accounts.ts";
import type { Arm, TrialContext } from "./arm.ts";
import type { Guards } from "./cases.ts";
import type { Refused } from "./evaluate.ts";
import type { CycleEvent } from "./event.ts";
import type { Ledger } from "./ledger.ts";
import type { Side } from "./split.ts";
import type { Tally } from "./tally.ts";

export interface CycleOptions {
  readonly runtime: Runtime;
  /** Commit to improve. */
  readonly release: string;
  /** Name of the suite that the tasks are of. */
  readonly suite: string;
  readonly tasks: readonly TaskOnDisk[];
  readonly guards: Guards;
  /** The first release of the home: safety is compared with it, too. */
  readonly origin: string;
  readonly proposers: readonly Proposer[];
  readonly signal: AbortSignal;
  readonly watch?: (event: CycleEvent) => void;
  /** Uniform in [0, 1), for the order of paid proposers; the system's own randomness when absent. */
  readonly random?: () => number;
}

/** A candidate with the cases that it was judged on; none when it was rejected before the gate. */
export interface Judged {
  readonly candidate: Candidate;
  readonly outcomes: readonly Outcome[];
}

export interface SearchBudget {
  candidates: number;
  seconds: number;
}

export interface CycleState {
  readonly options: CycleOptions;
  readonly runner: TrialRunner;
  readonly ledger: Ledger;
  readonly accounts: Accounts;
  /** Name of the proposer that made these edits. */
  readonly authors: WeakMap<Proposal["edits"], string>;
  readonly checks: CheckProcess;
  readonly gamingReader: GamingReader;
  /** The release, or the last accepted candidate on top of it. */
  head: Arm;
  /** The first release, with its trials of the safety cases. */
  origin: Arm;
  /** Side of each task that failed, for the whole cycle. */
  readonly sides: Map<string, Side>;
  /** Clusters that nothing answered on the present head. */
  readonly exhausted: Set<string>;
  /** What was tried already, as cluster, head and texts together. */
  readonly tried: Set<string>;
  /** How many patches were proposed, by {@link offerKey}. */
  readonly offered: Map<string, number>;
  /** How the judge put the guesses of a cluster in order; empty where it could not. */
  readonly rankings: Map<string, Ranking>;
  /** What people taught the home up to the release; undefined until a proposer is asked. */
  knowledge: Promise<Knowledge> | undefined;
  readonly judged: Judged[];
  readonly refused: Refused[];
  readonly tally: Tally;
  readonly search: {
    /** Changes that did not help in a case, with how the head went on in it: on a head that goes on alike they will not, either. */
    readonly useless: Set<string>;
    /** What may still be tried cheaply, by cluster. */
    readonly left: Map<string, SearchBudget>;
  };
}

export function offerKey(cluster: string, parent: string, rung: Rung): string {
  return `${cluster} ${parent} ${rung}`;
}

/** How trials of every task of the cycle are made. */
export function trialContext({ options, runner }: CycleState): TrialContext {
  const { tasks, guards, signal } = options;
  const all = [...tasks, ...guards.bank, ...guards.safety];
  return { runner, signal, tasks: new Map(all.map((task) => [task.id, task])) };
}
