/** A proposal on its way to a verdict: a commit, static checks, a screening on what it should fix, the full gate. */
import { judge } from "../../replay/gate/judge.ts";
import type { Outcome, Reason, Verdict } from "../../replay/gate/outcome.ts";
import { releaseGenome } from "../../replay/release/genome.ts";
import type { TrialRunner } from "../../replay/runner.ts";
import { messageOf } from "../../runtime/kernel/error.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { Proposal } from "../candidate.ts";
import { commitCandidate, UnusableProposal } from "../commit.ts";
import type { CheckProcess } from "../process/checks.ts";
import { draftMessage } from "../publish/message.ts";
import { passes, withTrials, type Arm } from "./arm.ts";
import { gateEvidence } from "./gate-evidence.ts";
import { gateTable } from "./gate-table.ts";
import { staticObstacle } from "./static-obstacle.ts";

/** The cases of one cluster: ids of tasks. Everything else must not suffer. */
export interface Cases {
  readonly support: readonly string[];
  readonly holdout: readonly string[];
}

export interface EvaluationContext {
  readonly home: Home;
  readonly store: Store;
  readonly runner: TrialRunner;
  readonly checks: CheckProcess;
  readonly tasks: ReadonlyMap<string, TaskOnDisk>;
  /** The release or the accepted candidate that the proposal is a patch to. */
  readonly parent: Arm;
  readonly parentFiles: ReadonlyMap<string, string>;
  readonly cases: Cases;
  /** True when the model always gives the same reply to the same request: one trial of a passing task is enough. */
  readonly deterministic: boolean;
  readonly signal: AbortSignal;
}

/** A proposal that became a commit, and how far it came. */
export interface Evaluated {
  readonly proposal: Proposal;
  readonly commit: string;
  /** Its trials; undefined when it was out before any. */
  readonly arm: Arm | undefined;
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

/** A commit, static checks, and one trial of each support case: cheap, and enough to see that it is of no use. */
export async function screen(context: EvaluationContext, proposal: Proposal): Promise<Evaluated | Refused> {
  const committed = await commit(context, proposal);
  if ("refused" in committed) return { proposal, refused: committed.refused };
  const { commit: sha } = committed;
  const obstacle = await staticObstacle(context, proposal);
  if (obstacle !== undefined) return out(proposal, sha, undefined, obstacle);
  const genome = await releaseGenome(context.home, sha);
  if (genome.compiled.kind === "broken") {
    const { file, line, message } = genome.compiled;
    return out(proposal, sha, undefined, {
      name: "parses",
      claim: "the harness parses",
      holds: "fails",
      figures: `harness/${file}:${line}: ${message}`,
    });
  }
  const { support } = context.cases;
  const arm = await topUp(context, { genome, trials: new Map() }, support, () => 1);
  if (support.some((task) => passes(arm, task) === true)) return out(proposal, sha, arm, SCREENED);
  const undecided = support.filter((task) => passes(arm, task) === undefined).length;
  return out(proposal, sha, arm, {
    name: "screening",
    claim: "it fixes a failure that it was made for",
    holds: undecided > 0 ? "unknown" : "fails",
    figures: `0 of ${support.length} cases that it was made for pass${undecided > 0 ? `, ${undecided} could not be decided` : ""}`,
  });
}

/** The full gate: every task of the suite, the deciding ones more than once, against the parent's trials. */
export async function decide(context: EvaluationContext, screened: Evaluated): Promise<Evaluated> {
  if (screened.arm === undefined) return screened;
  const wanted = (task: string): number => trialsOf(context, task);
  const candidate = await topUp(context, screened.arm, [...context.tasks.keys()], wanted);
  const table = gateTable(context, candidate, wanted);
  return {
    ...screened,
    arm: candidate,
    outcomes: table.outcomes,
    verdict: await verdictOf(context, screened.proposal, candidate, table),
  };
}

/** The arm with as many trials of each task as are wanted; those that it has are not run again. */
export async function topUp(
  context: Pick<EvaluationContext, "runner" | "tasks" | "signal">,
  arm: Arm,
  tasks: readonly string[],
  wanted: (task: string) => number,
): Promise<Arm> {
  const missing = tasks.flatMap((id) => {
    const task = context.tasks.get(id);
    const count = Math.max(0, wanted(id) - (arm.trials.get(id)?.length ?? 0));
    return task === undefined ? [] : Array.from({ length: count }, () => task);
  });
  const { runner, signal } = context;
  return withTrials(
    arm,
    await runner.runAll({ genome: arm.genome, tasks: missing, purpose: "trial", signal }),
  );
}

/** Trials of a task that the gate compares: more than one where the verdict rests on it, or where trials may differ. */
function trialsOf({ cases, deterministic }: EvaluationContext, task: string): number {
  return !deterministic || cases.support.includes(task) || cases.holdout.includes(task) ? TRIALS : 1;
}

/** An error in the gate is never an acceptance. */
async function verdictOf(
  context: EvaluationContext,
  proposal: Proposal,
  candidate: Arm,
  table: ReturnType<typeof gateTable>,
): Promise<Verdict> {
  try {
    return judge(table.outcomes, await gateEvidence(context, proposal, candidate, table.incomplete));
  } catch (error) {
    const why: Reason = {
      name: "gate",
      claim: "the gate could judge",
      holds: "unknown",
      figures: messageOf(error),
    };
    return {
      verdict: "inconclusive",
      reasons: [why],
      fixes: [],
      regressions: [],
      trials: table.outcomes.length,
    };
  }
}

async function commit(
  { home, parent }: EvaluationContext,
  proposal: Proposal,
): Promise<{ readonly commit: string } | { readonly refused: string }> {
  try {
    const sha = await commitCandidate({
      repo: home.dir,
      parent: parent.genome.sha,
      proposal,
      message: draftMessage(proposal.title, proposal.rationale, "-"),
      paths: home.config.genome,
    });
    return { commit: sha };
  } catch (error) {
    if (error instanceof UnusableProposal) return { refused: error.message };
    throw error;
  }
}

/** Screened, not yet judged: nothing may take it for an acceptance. */
const SCREENED: Reason = {
  name: "judged",
  claim: "the full gate judged it",
  holds: "unknown",
  figures: "it passed the screening only",
};

/** Where a candidate stands before the gate, for one reason. */
function out(proposal: Proposal, sha: string, arm: Arm | undefined, why: Reason): Evaluated {
  const trials = arm === undefined ? 0 : [...arm.trials.values()].flat().length;
  const verdict = why.holds === "fails" ? "reject" : "inconclusive";
  return {
    proposal,
    commit: sha,
    arm,
    outcomes: [],
    verdict: { verdict, reasons: [why], fixes: [], regressions: [], trials },
  };
}
