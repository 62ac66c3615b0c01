/** A proposal on its way to a verdict: a commit, static checks, a screening on what it should fix, the full gate. */
import { judge, verdictOf } from "../../replay/gate/judge.ts";
import type { Outcome, Reason, Verdict } from "../../replay/gate/outcome.ts";
import { improves } from "../../replay/gate/rules/improves.ts";
import { releaseGenome } from "../../replay/release/genome.ts";
import type { TrialRunner } from "../../replay/runner.ts";
import type { Sandbox } from "../../guardrails/sandbox/sandbox.ts";
import { messageOf } from "../../runtime/kernel/error.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { Proposal } from "../candidate.ts";
import { commitCandidate, UnusableProposal } from "../commit.ts";
import type { CheckProcess } from "../process/checks.ts";
import { draftMessage } from "../publish/message.ts";
import { passes, topUp, type Arm } from "./arm.ts";
import type { Cases, Target } from "./cases.ts";
import { compare, type Compared } from "./compare.ts";
import { gateEvidence } from "./gate-evidence.ts";
import { gateTable } from "./gate-table.ts";
import { gamingObstacle } from "./gaming.ts";
import { guardsOf, lostGuard } from "./guards.ts";
import type { Ledger } from "./ledger.ts";
import { recordingsOf } from "./recordings.ts";
import { staticObstacle } from "./static-obstacle.ts";

export interface EvaluationContext {
  readonly home: Home;
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly runner: TrialRunner;
  readonly checks: CheckProcess;
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

/** A commit, static checks, and one trial of each support case: cheap, and enough to see that it is of no use. */
export async function screen(context: EvaluationContext, proposal: Proposal): Promise<Evaluated | Refused> {
  const committed = await commit(context, proposal);
  if ("refused" in committed) return { proposal, refused: committed.refused };
  const fresh: Unjudged = { proposal, commit: committed.commit, parent: context.parent };
  const obstacle = (await staticObstacle(context, proposal)) ?? (await gamingObstacle(context, proposal));
  if (obstacle !== undefined) return out(fresh, undefined, obstacle);
  const genome = await releaseGenome(context.home, committed.commit);
  if (genome.compiled.kind === "broken") {
    const { file, line, message } = genome.compiled;
    return out(fresh, undefined, {
      name: "parses",
      claim: "the harness parses",
      holds: "fails",
      figures: `harness/${file}:${line}: ${message}`,
    });
  }
  const { support } = context.target;
  const arm = await tryOn(context, { genome, trials: new Map() }, support, () => 1);
  if (support.some((task) => passes(arm, task) === true)) return out(fresh, arm, SCREENED);
  const undecided = support.filter((task) => passes(arm, task) === undefined).length;
  return out(fresh, arm, {
    name: "screening",
    claim: "it fixes a failure that it was made for",
    holds: undecided > 0 ? "unknown" : "fails",
    figures: `0 of ${support.length} cases that it was made for pass${undecided > 0 ? `, ${undecided} could not be decided` : ""}`,
  });
}

/**
 * The full gate. The cases that must not be lost come first, since they are few and one of them is enough; then all the others
 * against the parent's trials, exactly where trials repeat, by a sequential comparison where they do not. What passes on a
 * sample of the passing tasks is tried on all of them before it is accepted: a sample may miss what is lost.
 */
export async function decide(context: EvaluationContext, screened: Evaluated): Promise<Evaluated> {
  if (screened.arm === undefined) return screened;
  const guarded = await tryOn(context, screened.arm, guardsOf(context.cases), wantedIn(context));
  const lost = lostGuard(context, guarded);
  if (lost !== undefined) return out(screened, guarded, lost);
  return context.deterministic
    ? decideExactly(context, screened, guarded)
    : decideByComparison(context, screened, guarded);
}

async function decideExactly(
  context: EvaluationContext,
  screened: Evaluated,
  guarded: Arm,
): Promise<Evaluated> {
  const candidate = await tryOn(context, guarded, [...context.cases.keys()], wantedIn(context));
  const sampled = await judged(context, screened, candidate, undefined);
  if (sampled.verdict.verdict !== "accept") return sampled;
  const whole = { ...context, cases: context.allCases };
  const onAll = await tryOn(whole, candidate, [...whole.cases.keys()], wantedIn(whole));
  return judged(whole, screened, onAll, undefined);
}

async function decideByComparison(
  context: EvaluationContext,
  screened: Evaluated,
  guarded: Arm,
): Promise<Evaluated> {
  const compared = await compare(context, guarded);
  const { comparison, parent } = compared;
  if (comparison.state !== "better") {
    await compared.close(false);
    return { ...out(screened, compared.candidate, improvement(compared)), parent };
  }
  const sampled = await judgedOn(context.cases, { ...context, parent }, screened, compared);
  const result =
    sampled.verdict.verdict !== "accept"
      ? sampled
      : await judgedOn(context.allCases, { ...context, parent: sampled.parent }, screened, {
          ...compared,
          candidate: sampled.arm ?? compared.candidate,
        });
  await compared.close(result.verdict.verdict === "accept");
  return result;
}

async function judgedOn(
  cases: Cases,
  context: EvaluationContext,
  screened: Evaluated,
  compared: Compared,
): Promise<Evaluated> {
  const tasks = [...cases.keys()];
  const parent = await topUp(context, context.parent, tasks, () => TRIALS);
  const beside = { ...context, cases, parent };
  return judged(beside, screened, await tryOn(beside, compared.candidate, tasks, () => TRIALS), compared);
}

/** As {@link topUp}, for the candidate: where replies may differ, its trials begin as the parent's did. */
function tryOn(
  context: EvaluationContext,
  arm: Arm,
  tasks: readonly string[],
  wanted: (task: string) => number,
): Promise<Arm> {
  const { deterministic, store, parent } = context;
  const used = (task: string): number => arm.trials.get(task)?.length ?? 0;
  const recordings = deterministic ? undefined : recordingsOf(store, parent.trials, used);
  return topUp(context, arm, tasks, wanted, recordings);
}

/** The only reason that a comparison without enough evidence gives; the others were not asked. */
function improvement({ comparison }: Compared): Reason {
  const unasked = { exercised: "unknown", gaming: undefined, cost: undefined, origin: undefined } as const;
  return improves(
    [],
    { ...unasked, deterministic: false, comparison },
    { exact: false, alpha: comparison.level },
  );
}

/** An error in the gate is never an acceptance. */
async function judged(
  context: EvaluationContext,
  screened: Evaluated,
  candidate: Arm,
  compared: Compared | undefined,
): Promise<Evaluated> {
  const table = gateTable(context, candidate, wantedIn(context));
  const base = { ...screened, arm: candidate, parent: context.parent, outcomes: table.outcomes };
  try {
    const evidence = await gateEvidence(context, screened.proposal, candidate, table.incomplete);
    const full = compared === undefined ? evidence : { ...evidence, comparison: compared.comparison };
    const { alpha } = context.home.config.evolution;
    return { ...base, verdict: judge(table.outcomes, full, { alpha }) };
  } catch (error) {
    context.signal.throwIfAborted();
    const why: Reason = {
      name: "gate",
      claim: "the gate could judge",
      holds: "unknown",
      figures: messageOf(error),
    };
    return { ...base, verdict: unfinished([why], table.outcomes.length) };
  }
}

/** Trials of a task that the gate compares: more than one where the verdict rests on it, or where trials may differ. */
function wantedIn({ target, deterministic }: EvaluationContext): (task: string) => number {
  const deciding = new Set([...target.support, ...target.holdout]);
  return (task) => (!deterministic || deciding.has(task) ? TRIALS : 1);
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

type Unjudged = Pick<Evaluated, "proposal" | "commit" | "parent">;

/** Where a candidate stands before the gate, for one reason. */
function out({ proposal, commit: sha, parent }: Unjudged, arm: Arm | undefined, why: Reason): Evaluated {
  const trials = arm === undefined ? 0 : [...arm.trials.values()].flat().length;
  return { proposal, commit: sha, arm, parent, outcomes: [], verdict: unfinished([why], trials) };
}

function unfinished(reasons: readonly Reason[], trials: number): Verdict {
  // One reason that holds would not make an acceptance of it: the others were not asked.
  const verdict = verdictOf(reasons) === "reject" ? "reject" : "inconclusive";
  return { verdict, reasons, fixes: [], regressions: [], trials };
}
