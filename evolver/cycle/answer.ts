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

/** Candidates that help in quick trials and are tried for real, at the least. */
const LEAST_SEARCHED = 3;

/** Lowest rung first; a higher one is tried when nothing of the lower ones was accepted. */
async function tryInOrder(
  state: CycleState,
  context: EvaluationContext,
  target: Cluster,
  proposals: readonly Proposal[],
  most: number,
): Promise<boolean> {
  let room = most;
  for (const rung of RUNGS) {
    const ofRung = proposals.filter((proposal) => proposal.rung === rung);
    if (ofRung.length > room && context.deterministic) {
      // What has shown that it helps is tried also when lower rungs have taken all the room.
      const searched = { proposals: ofRung, most: Math.max(room, LEAST_SEARCHED) };
      const isAccepted = await trySearched(state, context, target, searched);
      if (isAccepted === true) return true;
      if (isAccepted === false) continue;
    }
    const taken = takeForTrials(state, target.id, ofRung, room);
    room -= taken.length;
    if (await screenAndJudge(state, context, target, taken)) return true;
  }
  return false;
}

/** One after the other of what helps in quick trials, until one is accepted or none is left. Undefined where they cannot tell. */
async function trySearched(
  state: CycleState,
  context: EvaluationContext,
  target: Cluster,
  { proposals, most }: { readonly proposals: readonly Proposal[]; readonly most: number },
): Promise<boolean | undefined> {
  const helpful = await search(state, context, target, proposals);
  if (helpful === undefined) return undefined;
  let left = most;
  for await (const proposal of helpful) {
    const taken = takeForTrials(state, target.id, [proposal], left);
    if (await screenAndJudge(state, context, target, taken)) return true;
    left -= taken.length;
    if (left <= 0 || taken.length === 0) break;
  }
  return false;
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
