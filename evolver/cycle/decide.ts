/** Brings a candidate that passed the screening to its verdict, by the full gate. */
import { judge } from "../../replay/gate/judge.ts";
import { UNASKED } from "../../replay/gate/evidence.ts";
import type { Reason } from "../../replay/gate/outcome.ts";
import { improves } from "../../replay/gate/rules/improves.ts";
import { messageOf } from "../../runtime/kernel/error.ts";
import { topUp, type Arm } from "./arm.ts";
import { guardsOf, type Cases } from "./cases.ts";
import { compare, type Compared } from "./compare.ts";
import {
  withReason,
  TRIALS,
  trialsWanted,
  tryOn,
  unfinished,
  type Evaluated,
  type EvaluationContext,
} from "./evaluate.ts";
import { gateEvidence } from "./gate-evidence.ts";
import { gateTable } from "./gate-table.ts";
import { lostGuard } from "./lost-guard.ts";

/**
 * The full gate. The cases that must not be lost come first, since they are few and one of them is enough; then all the others
 * against the parent's trials, exactly where trials repeat, by a sequential comparison where they do not. What passes on a
 * sample of the passing tasks is tried on all of them before it is accepted: a sample may miss what is lost.
 */
export async function decide(context: EvaluationContext, screened: Evaluated): Promise<Evaluated> {
  if (screened.arm === undefined) return screened;
  const guarded = await tryOn(context, screened.arm, guardsOf(context.cases), trialsWanted(context));
  const lost = lostGuard(context, guarded);
  if (lost !== undefined) return withReason(screened, guarded, lost);
  return context.deterministic
    ? decideExactly(context, screened, guarded)
    : decideByComparison(context, screened, guarded);
}

async function decideExactly(
  context: EvaluationContext,
  screened: Evaluated,
  guarded: Arm,
): Promise<Evaluated> {
  const candidate = await tryOn(context, guarded, [...context.cases.keys()], trialsWanted(context));
  const sampled = await judged(context, screened, candidate, undefined);
  if (sampled.verdict.verdict !== "accept") return sampled;
  const whole = { ...context, cases: context.allCases };
  const onAll = await tryOn(whole, candidate, [...whole.cases.keys()], trialsWanted(whole));
  return judged(whole, screened, onAll, undefined);
}

async function decideByComparison(
  context: EvaluationContext,
  screened: Evaluated,
  guarded: Arm,
): Promise<Evaluated> {
  const compared = await compare(context, guarded, screened.proposal.title);
  const { comparison, parent } = compared;
  if (comparison.state !== "better") {
    await compared.close(false);
    return { ...withReason(screened, compared.candidate, improvement(compared)), parent };
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

/** The only reason that a comparison without enough evidence gives; the others were not asked. */
function improvement({ comparison }: Compared): Reason {
  const setting = { exact: false, alpha: comparison.level };
  return improves([], { ...UNASKED, deterministic: false, comparison }, setting);
}

/** An error in the gate is never an acceptance. */
async function judged(
  context: EvaluationContext,
  screened: Evaluated,
  candidate: Arm,
  compared: Compared | undefined,
): Promise<Evaluated> {
  const table = gateTable(context, candidate, trialsWanted(context));
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
