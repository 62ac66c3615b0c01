/** What it takes to bring a proposal to a verdict, and how far one came: shared by the screening and the full gate. */
import type { GamingReader } from "../../replay/gaming/reader.ts";
import { verdictOf } from "../../replay/gate/judge.ts";
import type { Outcome, Reason, Verdict } from "../../replay/gate/outcome.ts";
import type { TrialRunner } from "../../replay/runner.ts";
import type { Sandbox } from "../../guardrails/sandbox/sandbox.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { Proposal } from "../candidate.ts";
import type { CheckProcess } from "../process/checks.ts";
import { topUp, trialsOf, type Arm } from "./arm.ts";
import type { Cases, Target } from "./cases.ts";
import type { CycleEvent } from "./event.ts";
import type { Ledger } from "./ledger.ts";
import { recordingsOf } from "./recordings.ts";

export interface EvaluationContext {
  readonly home: Home;
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly runner: TrialRunner;
  readonly checks: CheckProcess;
  readonly gamingReader: GamingReader;
  readonly ledger: Ledger;
  /** What the score is about: comparisons draw from it. */
  readonly suite: readonly TaskOnDisk[];
  /** Every task that has a role, and the suite, by id. */
  readonly tasks: ReadonlyMap<string, TaskOnDisk>;
  /** The release or the accepted candidate that the proposal is a patch to. */
  readonly parent: Arm;
  readonly parentFiles: ReadonlyMap<string, string>;
  /** The first release, with its trials of the safety cases. */
  readonly origin: Arm;
  readonly target: Target;
  readonly cases: Cases;
  /** The same with every task that passes, not only a sample of them. */
  readonly allCases: Cases;
  /** Cases of the bank that cannot be opened, and why. */
  readonly unreadable: readonly string[];
  /** True when the model always gives the same reply to the same request: one trial of a passing task is enough. */
  readonly deterministic: boolean;
  readonly signal: AbortSignal;
  readonly watch?: ((event: CycleEvent) => void) | undefined;
}

/** A proposal that became a commit, and how far it came. */
export interface Evaluated {
  readonly proposal: Proposal;
  readonly commit: string;
  /** Its trials; undefined when it was out before any. */
  readonly arm: Arm | undefined;
  /** The parent, with the trials that were made beside those of the candidate. */
  readonly parent: Arm;
  /** The table that the gate judged; empty when it did not come so far. */
  readonly outcomes: readonly Outcome[];
  readonly verdict: Verdict;
}

/** A proposal that cannot be a commit on top of its parent, and why. */
export interface Refused {
  readonly proposal: Proposal;
  readonly refused: string;
}

/** Trials of a case on whose outcome the verdict rests: enough to see that it repeats. */
export const TRIALS = 2;

/** Trials of a task that the gate compares: more than one where the verdict rests on it, or where trials may differ. */
export function trialsWanted({ target, deterministic }: EvaluationContext): (task: string) => number {
  const deciding = new Set([...target.support, ...target.holdout]);
  return (task) => (!deterministic || deciding.has(task) ? TRIALS : 1);
}

/** As {@link topUp}, for the candidate: where replies may differ, its trials begin as the parent's did. */
export function tryOn(
  context: EvaluationContext,
  arm: Arm,
  tasks: readonly string[],
  wanted: (task: string) => number,
): Promise<Arm> {
  const { deterministic, store, parent } = context;
  const used = (task: string): number => trialsOf(arm, task).length;
  const recordings = deterministic ? undefined : recordingsOf(store, parent.trials, used);
  return topUp(context, arm, tasks, wanted, recordings);
}

type Committed = Pick<Evaluated, "proposal" | "commit" | "parent">;

/** How far a candidate came that is not, or not yet, accepted, for one reason. */
export function withReason(
  { proposal, commit, parent }: Committed,
  arm: Arm | undefined,
  why: Reason,
): Evaluated {
  const trials = arm === undefined ? 0 : [...arm.trials.values()].flat().length;
  return { proposal, commit, arm, parent, outcomes: [], verdict: unfinished([why], trials) };
}

/** Never an acceptance: one reason that holds does not make one, since the others were not asked. */
export function unfinished(reasons: readonly Reason[], trials: number): Verdict {
  const verdict = verdictOf(reasons) === "reject" ? "reject" : "inconclusive";
  return { verdict, reasons, fixes: [], regressions: [], trials };
}
