/** Asks proposers for patches to one cluster. Proposers see the support part, and nothing that the gate found on the rest. */
import { messageOf } from "../../runtime/kernel/error.ts";
import type { Reason } from "../../replay/gate/outcome.ts";
import type { Proposal } from "../candidate.ts";
import type { Cluster } from "../failure.ts";
import { gatherKnowledge } from "../knowledge/gather.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import { rungOf } from "../propose/rung.ts";
import type { ProposeContext, Proposer } from "../propose/proposer.ts";
import { passingTraces } from "./clusters.ts";
import type { CycleState } from "./state.ts";
import type { Turn } from "./turns.ts";

/** Reasons whose figures speak of support cases or of the patch alone. The figures of others would tell of held-out tasks. */
const SHOWN: ReadonlySet<string> = new Set(["static-checks", "parses", "screening", "needed"]);

/**
 * Proposals of those whose turn it is that were not tried on this head for this cluster, each once, at most as many as may
 * still be tried. Undefined when there is no room left: nobody is asked then.
 * @param support the cluster with its support part only
 * @param used how many were tried in earlier turns
 */
export async function proposalsFor(
  state: CycleState,
  support: Cluster,
  genome: ReadonlyMap<string, string>,
  turn: Turn,
  used: number,
): Promise<Proposal[] | undefined> {
  const { evolution, genome: paths } = state.options.runtime.home.config;
  const room = Math.min(
    roomOf(evolution.candidates_per_cluster, turn, used),
    evolution.candidates_per_cycle - state.tried.size,
  );
  if (room <= 0) return undefined;
  const proposals = await ask(state, turn.proposers, await contextFor(state, support, genome));
  const fresh: Proposal[] = [];
  for (const proposal of proposals) {
    if (fresh.length >= room) break;
    const key = keyOf(state, support.id, proposal);
    if (state.tried.has(key)) continue;
    state.tried.add(key);
    // What a patch touches decides on its rung, not what it says of itself.
    fresh.push({ ...proposal, rung: rungOf(proposal.edits, paths) });
  }
  return fresh;
}

/** Each later turn has one place kept for it, as long as this one has at least one. */
function roomOf(most: number, { later }: Turn, used: number): number {
  return Math.max(used === 0 ? 1 : 0, most - used - later.length);
}

async function contextFor(
  state: CycleState,
  support: Cluster,
  genome: ReadonlyMap<string, string>,
): Promise<ProposeContext> {
  const { runtime, signal } = state.options;
  const passing = await passingTraces(state);
  // How a task was solved has been shown: should it fail later, it cannot be held out any more.
  for (const { run } of passing)
    if (run.task !== null && !state.sides.has(run.task)) state.sides.set(run.task, "support");
  return {
    cluster: support,
    passing,
    genome,
    paths: runtime.home.config.genome,
    rejected: rejectedFor(state, support.id),
    knowledge: await knowledgeOf(state),
    signal,
  };
}

async function ask(
  state: CycleState,
  proposers: readonly Proposer[],
  context: ProposeContext,
): Promise<Proposal[]> {
  const { ledger, accounts, authors } = state;
  const proposals: Proposal[] = [];
  for (const proposer of proposers) {
    if (ledger.isSpent()) break;
    const { name } = proposer;
    const began = performance.now();
    let usd = 0;
    let made: readonly Proposal[] = [];
    try {
      made = await proposer.propose(context);
      usd = made.reduce((sum, { costUsd }) => sum + costUsd, 0);
    } catch (error) {
      context.signal.throwIfAborted();
      // An attempt that came to nothing was paid for all the same.
      if (error instanceof Error && "costUsd" in error) usd = Number(error.costUsd);
      state.options.watch?.({ kind: "proposer-failed", proposer: name, message: messageOf(error) });
    }
    ledger.charge(proposer.isUnpriced === true ? undefined : usd);
    accounts.charge(name, { usd, seconds: (performance.now() - began) / 1000, proposals: made.length });
    for (const { edits } of made) authors.set(edits, name);
    proposals.push(...made);
  }
  return proposals;
}

/** Read once for a cycle: of the release that it started from. */
function knowledgeOf(state: CycleState): Promise<Knowledge> {
  const { runtime, release } = state.options;
  const known = knowledge.get(state) ?? gatherKnowledge(runtime, release);
  knowledge.set(state, known);
  return known;
}

const knowledge = new WeakMap<CycleState, Promise<Knowledge>>();

/** Earlier attempts at this cluster, and as much of the reasons as a proposer may know. */
function rejectedFor(state: CycleState, cluster: string): ProposeContext["rejected"] {
  return state.judged
    .filter(({ candidate }) => candidate.cluster === cluster && candidate.verdict !== "accept")
    .map(({ candidate: { proposal, reasons } }) => ({
      proposal,
      why: reasons
        .filter(({ holds }) => holds !== "holds")
        .map(shown)
        .join("; "),
    }));
}

function shown({ name, claim, figures }: Reason): string {
  return SHOWN.has(name) ? `${name}: ${figures}` : `${name}: not so: ${claim}`;
}

function keyOf({ head }: CycleState, cluster: string, { edits }: Proposal): string {
  return JSON.stringify([cluster, head.genome.sha, edits.map(({ path, after }) => [path, after])]);
}
