/** Asks proposers for patches to one cluster. Proposers see the support part, and nothing that the gate found on the rest. */
import { messageOf } from "../../runtime/kernel/error.ts";
import type { Reason } from "../../replay/gate/outcome.ts";
import type { Proposal } from "../candidate.ts";
import type { Cluster } from "../failure.ts";
import { gatherKnowledge } from "../knowledge/gather.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import { rungOf } from "../propose/rung.ts";
import { ProposerFailed, type ProposeContext, type Proposer } from "../propose/proposer.ts";
import { passingTraces } from "./clusters.ts";
import { offerKey, type CycleState } from "./state.ts";
import type { Turn } from "./turns.ts";

/** Reasons whose figures speak of support cases or of the patch alone. The figures of others would tell of held-out tasks. */
const SHOWN: ReadonlySet<string> = new Set(["static-checks", "parses", "screening", "needed"]);

/**
 * Proposals of those whose turn it is that were not tried on this head for this cluster, each once, at most as many as there is
 * room to look at. Undefined when there is no room left: nobody is asked then.
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
  const { genome: paths } = state.options.runtime.home.config;
  const room = roomFor(state, turn, used);
  if (room <= 0) return undefined;
  const most = mostOf(state, room);
  const context = await contextFor(state, support, genome);
  const asked = most > room ? { ...context, wanted: most } : context;
  const proposals = await ask(state, turn.proposers, asked);
  const fresh = new Map<string, Proposal>();
  for (const proposal of proposals) {
    const key = keyOf(state, support.id, proposal);
    // What a patch touches decides on its rung, not what it says of itself.
    if (!state.tried.has(key) && !fresh.has(key))
      fresh.set(key, { ...proposal, rung: rungOf(proposal.edits, paths) });
  }
  return [...fresh.values()].slice(0, most);
}

/** How many are looked at: as many as are tried for real, or cheaply where that can be done. */
function mostOf({ options }: CycleState, room: number): number {
  const { model, home } = options.runtime;
  return model.deterministic ? Math.max(room, home.config.evolution.search.candidates) : room;
}

/** Takes those that are tried for real. */
export function takeForTrials(
  state: CycleState,
  cluster: string,
  proposals: readonly Proposal[],
  most: number,
): Proposal[] {
  const { candidates_per_cycle } = state.options.runtime.home.config.evolution;
  const taken = proposals.slice(0, Math.max(0, Math.min(most, candidates_per_cycle - state.tried.size)));
  for (const proposal of taken) state.tried.add(keyOf(state, cluster, proposal));
  return taken;
}

/**
 * How many may be tried for real in this turn. Each later turn has one place kept for it, as long as this one has at least one.
 * @param used how many were tried in earlier turns
 */
export function roomFor({ options, tried }: CycleState, { later }: Turn, used: number): number {
  const { candidates_per_cluster, candidates_per_cycle } = options.runtime.home.config.evolution;
  const room = Math.max(used === 0 ? 1 : 0, candidates_per_cluster - used - later.length);
  return Math.min(room, candidates_per_cycle - tried.size);
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
  const { ledger, accounts, authors, offered, head } = state;
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
      if (error instanceof ProposerFailed) usd = error.costUsd;
      state.options.watch?.({ kind: "proposer-failed", proposer: name, message: messageOf(error) });
    }
    ledger.charge(proposer.isUnpriced === true ? undefined : usd);
    const known = Number.isFinite(usd) ? { usd } : {};
    accounts.charge(name, { ...known, seconds: (performance.now() - began) / 1000, proposals: made.length });
    for (const { edits } of made) {
      authors.set(edits, name);
      const key = offerKey(context.cluster.id, head.genome.sha, rungOf(edits, context.paths));
      offered.set(key, (offered.get(key) ?? 0) + 1);
    }
    proposals.push(...made);
  }
  return proposals;
}

/** Read once for a cycle: of the release that it started from. */
function knowledgeOf(state: CycleState): Promise<Knowledge> {
  const { runtime, release } = state.options;
  state.knowledge ??= gatherKnowledge(runtime, release);
  return state.knowledge;
}

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
