/** Tries to answer one cluster: proposals, screening, the full gate; lowest rung first. */
import { settleAll } from "../../replay/settle-all.ts";
import { readGenome } from "../../runtime/kernel/genome.ts";
import type { Proposal } from "../candidate.ts";
import type { Cluster } from "../failure.ts";
import { RUNGS } from "../publish/escalation.ts";
import { topUp } from "./arm.ts";
import { pickCases } from "./cases.ts";
import { decide } from "./decide.ts";
import { TRIALS, type Evaluated, type EvaluationContext } from "./evaluate.ts";
import { proposalsFor, roomFor, takeForTrials } from "./proposals.ts";
import { refined } from "./refine.ts";
import { screen } from "./screen.ts";
import { search } from "./search/search.ts";
import { settle } from "./settle.ts";
import { split, taskOf } from "./split.ts";
import { trialContext, type CycleState } from "./state.ts";
import { takeTurn, turnsFor } from "./turns.ts";

/** True when a patch was accepted: the head is another one then. */
export async function answer(state: CycleState, target: Cluster): Promise<boolean> {
  const { runtime, tasks, guards, watch } = state.options;
  const { home, store, model, sandbox } = runtime;
  const { support, holdout } = split(target, home.config.evolution.holdout, state.sides);
  // All that is left of it was held out before: nobody may learn from it in this cycle.
  if (support.length === 0) return false;
  const trials = trialContext(state);
  state.head = await topUp(trials, state.head, target.failures.map(taskOf), () => TRIALS);
  const cases = { support: support.map(taskOf), holdout: holdout.map(taskOf) };
  const roles = { suite: tasks, guards, parent: state.head, target: cases };
  const context: EvaluationContext = {
    ...trials,
    home,
    store,
    checks: state.checks,
    gamingReader: state.gamingReader,
    sandbox,
    ledger: state.ledger,
    suite: tasks,
    parent: state.head,
    parentFiles: await readGenome(home.dir, state.head.genome.sha, home.config.genome),
    origin: state.origin,
    target: cases,
    cases: pickCases({ ...roles, passing: home.config.evolution.passing }),
    allCases: pickCases({ ...roles, passing: Infinity }),
    unreadable: guards.unreadable,
    deterministic: model.deterministic,
    watch,
  };
  const seen = await refined(state, { ...target, failures: support });
  let used = 0;
  for (const turn of turnsFor(state)) {
    if (state.ledger.isSpent()) break;
    const proposals = await proposalsFor(state, seen, context.parentFiles, turn, used);
    if (proposals === undefined) break;
    watch?.({ kind: "proposed", cluster: target.id, title: target.title, proposals: proposals.length });
    const before = state.tried.size;
    const take = (): Promise<boolean> =>
      tryInOrder(state, { ...context, parent: state.head }, target, proposals, roomFor(state, turn, used));
    if (await takeTurn(state, turn, proposals, take)) return true;
    used += state.tried.size - before;
  }
  return false;
}

/**
 * Places that a rung leaves for higher ones, where not all can be tried and a search tells what helps: that is worth more than
 * the fourth guess. Of a few places it leaves no more than half.
 */
const LEFT_TO_HIGHER = 3;

/**
 * Lowest rung first; a higher one is tried when nothing of the lower ones was accepted.
 * @param most that are tried for real, on all rungs together
 */
async function tryInOrder(
  state: CycleState,
  context: EvaluationContext,
  target: Cluster,
  proposals: readonly Proposal[],
  most: number,
): Promise<boolean> {
  let left = most;
  for (const [at, rung] of RUNGS.entries()) {
    const ofRung = proposals.filter((proposal) => proposal.rung === rung);
    const higher = RUNGS.slice(at + 1);
    const isContested = proposals.length > most && proposals.some((each) => higher.includes(each.rung));
    const kept = isContested && context.deterministic ? Math.min(LEFT_TO_HIGHER, left >> 1) : 0;
    const room = left - kept;
    if (ofRung.length > room && context.deterministic) {
      const searched = await trySearched(state, context, target, { proposals: ofRung, most: room });
      if (searched?.isAccepted === true) return true;
      left -= searched?.taken ?? 0;
      if (searched !== undefined) continue;
    }
    const taken = takeForTrials(state, target.id, ofRung, room);
    left -= taken.length;
    if (await screenAndJudge(state, context, target, taken)) return true;
  }
  return false;
}

interface Searched {
  readonly isAccepted: boolean;
  /** How many were tried for real. */
  readonly taken: number;
}

/** One after the other of what helps in quick trials, until one is accepted or none is left. Undefined where they cannot tell. */
async function trySearched(
  state: CycleState,
  context: EvaluationContext,
  target: Cluster,
  { proposals, most }: { readonly proposals: readonly Proposal[]; readonly most: number },
): Promise<Searched | undefined> {
  // Nothing is searched for what could not be tried.
  if (most === 0) return { isAccepted: false, taken: 0 };
  const helpful = await search(state, context, target, proposals);
  if (state.ledger.isSpent()) return { isAccepted: false, taken: 0 };
  if (helpful === undefined) return undefined;
  let count = 0;
  for await (const proposal of helpful) {
    const taken = takeForTrials(state, target.id, [proposal], most - count);
    count += taken.length;
    if (await screenAndJudge(state, context, target, taken)) return { isAccepted: true, taken: count };
    if (count >= most || taken.length === 0) break;
  }
  return { isAccepted: false, taken: count };
}

async function screenAndJudge(
  state: CycleState,
  context: EvaluationContext,
  target: Cluster,
  proposals: readonly Proposal[],
): Promise<boolean> {
  const screened = await settleAll(proposals.map((proposal) => screen(context, proposal)));
  const committed: Evaluated[] = [];
  for (const one of screened) {
    if ("refused" in one) state.refused.push(one);
    else committed.push(one);
  }
  return judgeInOrder(state, context, target, committed);
}

/** The full gate for what survived the screening, one after the other, until one is accepted. */
async function judgeInOrder(
  state: CycleState,
  context: EvaluationContext,
  target: Cluster,
  screened: readonly Evaluated[],
): Promise<boolean> {
  for (const [index, candidate] of screened.entries()) {
    const isOut = candidate.verdict.verdict === "reject" || state.ledger.isSpent();
    const judged = isOut ? candidate : await decide({ ...context, parent: state.head }, candidate);
    if (!(await settle(state, target, judged))) continue;
    for (const rest of screened.slice(index + 1)) {
      await settle(state, target, superseded(rest, judged));
    }
    return true;
  }
  return false;
}

/** Another patch was accepted first; this one may be proposed again for what is left. */
function superseded(candidate: Evaluated, by: Evaluated): Evaluated {
  if (candidate.verdict.verdict === "reject") return candidate;
  const figures = `"${by.proposal.title}" was accepted first`;
  const why = { name: "needed", claim: "the failure is still there", holds: "fails", figures } as const;
  return { ...candidate, verdict: { ...candidate.verdict, verdict: "reject", reasons: [why] } };
}
