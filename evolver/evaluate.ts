/** A proposal on its way to a verdict: static checks, a commit, a screening on what it should fix, the full gate. */
import { join } from "node:path";
import { checkInvariants } from "../guardrails/invariants.ts";
import type { GateEvidence } from "../replay/gate/evidence.ts";
import { judge } from "../replay/gate/judge.ts";
import type { Outcome, Reason, Role, Verdict } from "../replay/gate/outcome.ts";
import { exercised, type Change } from "../replay/exercised.ts";
import type { TrialRunner } from "../replay/runner.ts";
import { materialize, partOf } from "../runtime/kernel/genome.ts";
import type { Home } from "../runtime/kernel/home/home.ts";
import type { Store } from "../runtime/kernel/store/store.ts";
import type { TaskOnDisk } from "../runtime/kernel/suite/task.ts";
import { messageOf } from "../runtime/kernel/error.ts";
import { passes, traceOf, withTrials, type Arm } from "./arm.ts";
import type { Proposal } from "./candidate.ts";
import { checkProposal } from "./check/check.ts";
import { lintSkill } from "./check/skill.ts";
import { protocolTypes } from "./check/protocol-types.ts";
import { commitCandidate, UnusableProposal } from "./commit.ts";
import { draftMessage } from "./publish/message.ts";

/** The cases of one cluster, and everything else that must not suffer. Ids of tasks. */
export interface Cases {
  readonly support: readonly string[];
  readonly holdout: readonly string[];
}

export interface EvaluationContext {
  readonly home: Home;
  readonly store: Store;
  readonly runner: TrialRunner;
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
  /** Its trials; undefined when it was rejected before any. */
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
  if (obstacle !== undefined) return rejected(proposal, sha, undefined, obstacle);
  const { genome: paths } = context.home.config;
  const into = join(context.home.state, "releases");
  const genome = await materialize({ repo: context.home.dir, sha, paths, into });
  if (genome.compiled.kind === "broken") {
    const { file, line, message } = genome.compiled;
    return rejected(proposal, sha, undefined, fails("parses", "the harness parses", `harness/${file}:${line}: ${message}`));
  }
  const arm = await topUp(context, { genome, trials: new Map() }, context.cases.support, () => 1);
  const tried = context.cases.support.length;
  const fixed = context.cases.support.filter((task) => passes(arm, task) === true).length;
  if (fixed > 0) return { proposal, commit: sha, arm, outcomes: [], verdict: pending(tried) };
  const figures = `screening: 0 of ${tried} cases that it was made for pass`;
  return rejected(proposal, sha, arm, fails("improves", "it fixes a failure that it was made for", figures));
}

/** What speaks against running it at all. */
async function staticObstacle(context: EvaluationContext, proposal: Proposal): Promise<Reason | undefined> {
  const { home } = context;
  const pinned = checkInvariants(proposal.edits, home.guardrails.invariants);
  const { findings } = await checkProposal(proposal, {
    genome: context.parentFiles,
    paths: home.config.genome,
    protocolTypes: protocolTypes(),
    lintSkill,
    signal: context.signal,
  });
  const all = [...pinned, ...findings];
  if (all.length === 0) return undefined;
  const figures = all.map(
    ({ check, path, line, message }) => `${check}: ${path}${line === undefined ? "" : `:${line}`}: ${message}`,
  );
  return fails("static-checks", "it passes the static checks", figures.join("; "));
}

/** The full gate: every task of the suite, the deciding ones more than once, against the parent's trials. */
export async function decide(context: EvaluationContext, screened: Evaluated): Promise<Evaluated> {
  if (screened.arm === undefined) return screened;
  const wanted = (task: string): number => trialsOf(context, task);
  const candidate = await topUp(context, screened.arm, [...context.tasks.keys()], wanted);
  const outcomes = [...rows(context, context.parent, "baseline"), ...rows(context, candidate, "candidate")];
  const verdict = await verdictOf(context, screened.proposal, candidate, outcomes);
  return { ...screened, arm: candidate, outcomes, verdict };
}

/** The arm with as many trials of each task as are wanted; those that it has are not run again. */
export async function topUp(
  context: Pick<EvaluationContext, "runner" | "tasks" | "signal">,
  arm: Arm,
  tasks: readonly string[],
  wanted: (task: string) => number,
): Promise<Arm> {
  const results = await Promise.all(
    pick(context, tasks).map((task) =>
      context.runner.runAll({
        genome: arm.genome,
        tasks: [task],
        trials: Math.max(0, wanted(task.id) - (arm.trials.get(task.id)?.length ?? 0)),
        purpose: "trial",
        signal: context.signal,
      }),
    ),
  );
  return withTrials(arm, results.flat());
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
  outcomes: readonly Outcome[],
): Promise<Verdict> {
  try {
    return judge(outcomes, {
      ...(await exercisedInFlips(context, proposal, candidate)),
      deterministic: context.deterministic,
    });
  } catch (error) {
    const failed: Reason = {
      name: "gate",
      claim: "the gate could judge",
      holds: "unknown",
      figures: messageOf(error),
    };
    return {
      verdict: "inconclusive",
      reasons: [failed],
      fixes: [],
      regressions: [],
      trials: outcomes.length,
    };
  }
}

function rows(context: EvaluationContext, arm: Arm, name: Outcome["arm"]): Outcome[] {
  return [...arm.trials].flatMap(([task, trials]) => {
    const role = roleOf(context, task);
    return trials.slice(0, trialsOf(context, task)).map(({ pass }, trial) => ({
      case: task,
      arm: name,
      trial,
      pass,
      ...(role !== undefined ? { role } : {}),
    }));
  });
}

/** Failures of other clusters have no role: they may move either way. */
function roleOf({ cases, parent }: EvaluationContext, task: string): Role | undefined {
  if (cases.support.includes(task)) return "failing";
  if (cases.holdout.includes(task)) return "holdout";
  return passes(parent, task) === true ? "passing" : undefined;
}

/** Whether what was changed took part in a trial that went from fail to pass. */
async function exercisedInFlips(
  context: EvaluationContext,
  proposal: Proposal,
  candidate: Arm,
): Promise<Pick<GateEvidence, "exercised" | "exercisedBy">> {
  const changes = proposal.edits.map((edit) => toChange(edit, context.home));
  const flipped = [...candidate.trials].filter(
    ([task]) => passes(candidate, task) === true && passes(context.parent, task) === false,
  );
  const traces = await Promise.all(flipped.flatMap(([, trials]) => trials.map((trial) => traceOf(context.store, trial))));
  const answers = traces.map(({ events }) => exercised(changes, events));
  const used = answers.filter((answer) => answer === "yes").length;
  const exercisedBy = `what was changed was used in ${used} of ${answers.length} trials that went from fail to pass`;
  if (used > 0) return { exercised: "yes", exercisedBy };
  return { exercised: answers.includes("unknown") || answers.length === 0 ? "unknown" : "no", exercisedBy };
}

/** A path of the home as the path in a release, where each part has a fixed name. */
function toChange(edit: Proposal["edits"][number], home: Home): Change {
  const { genome } = home.config;
  const part = partOf(edit.path, genome);
  const path = part === undefined ? edit.path : `${part}${edit.path.slice(genome[part].length)}`;
  return { path, before: edit.before, after: edit.after };
}

async function commit(
  { home, parent }: EvaluationContext,
  proposal: Proposal,
): Promise<{ readonly commit: string } | { readonly refused: string }> {
  try {
    const commit = await commitCandidate({
      repo: home.dir,
      parent: parent.genome.sha,
      proposal,
      message: draftMessage(proposal.title, proposal.rationale, "-"),
      paths: home.config.genome,
    });
    return { commit };
  } catch (error) {
    if (error instanceof UnusableProposal) return { refused: error.message };
    throw error;
  }
}

function pick(context: Pick<EvaluationContext, "tasks">, ids: readonly string[]): TaskOnDisk[] {
  return ids.flatMap((id) => context.tasks.get(id) ?? []);
}

function rejected(proposal: Proposal, commit: string, arm: Arm | undefined, why: Reason): Evaluated {
  const trials = arm === undefined ? 0 : [...arm.trials.values()].flat().length;
  return { proposal, commit, arm, outcomes: [], verdict: { verdict: "reject", reasons: [why], fixes: [], regressions: [], trials } };
}

function fails(name: string, claim: string, figures: string): Reason {
  return { name, claim, holds: "fails", figures };
}

/** Screened, not yet judged: nothing may take it for an acceptance. */
function pending(trials: number): Verdict {
  const why: Reason = {
    name: "judged",
    claim: "the full gate judged it",
    holds: "unknown",
    figures: "screened only",
  };
  return { verdict: "inconclusive", reasons: [why], fixes: [], regressions: [], trials };
}
