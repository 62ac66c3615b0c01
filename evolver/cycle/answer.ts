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
import { ENOUGH } from "./search/order.ts";
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
    const worth = await worthTrials(state, context, target, { proposals: ofRung, room });
    room -= worth.length;
    const screened = await settleAll(worth.map((proposal) => screen(context, proposal)));
    const committed: Evaluated[] = [];
    for (const one of screened) {
      if ("refused" in one) state.refused.push(one);
      else committed.push(one);
    }
    if (await judgeInOrder(state, context, target, committed)) return true;
  }
  return false;
}

/** As many as there is room for; of more, where that can be done, those that help in a quick trial. */
async function worthTrials(
  state: CycleState,
  context: EvaluationContext,
  target: Cluster,
  { proposals, room }: { readonly proposals: readonly Proposal[]; readonly room: number },
): Promise<readonly Proposal[]> {
  const isMore = proposals.length > room && context.deterministic;
  const found = isMore ? await search(state, context, target, proposals) : undefined;
  // What has shown that it helps is tried also when lower rungs have taken all the room.
  const most = found === undefined ? room : Math.max(room, ENOUGH);
  return takeForTrials(state, target.id, found ?? proposals, most);
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
