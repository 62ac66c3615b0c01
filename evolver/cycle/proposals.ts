/** Asks every proposer for patches to one cluster. Proposers see the support part, and nothing that the gate found on the rest. */
import { messageOf } from "../../runtime/kernel/error.ts";
import type { Reason } from "../../replay/gate/outcome.ts";
import type { Proposal } from "../candidate.ts";
import type { Cluster } from "../failure.ts";
import { rungOf } from "../propose/model/apply.ts";
import type { ProposeContext } from "../propose/proposer.ts";
import { passingTraces } from "./clusters.ts";
import type { CycleState } from "./state.ts";

/** Reasons whose figures speak of support cases or of the patch alone. The figures of others would tell of held-out tasks. */
const SHOWN: ReadonlySet<string> = new Set(["static-checks", "parses", "screening", "needed"]);

/**
 * Proposals that were not tried on this head for this cluster, each once, at most as many as there is room to look at.
 * @param support the cluster with its support part only
 */
export async function proposalsFor(
  state: CycleState,
  support: Cluster,
  genome: ReadonlyMap<string, string>,
): Promise<Proposal[]> {
  const { runtime, proposers, signal, watch } = state.options;
  const { genome: paths } = runtime.home.config;
  const passing = await passingTraces(state);
  // How a task was solved has been shown: should it fail later, it cannot be held out any more.
  for (const { run } of passing)
    if (run.task !== null && !state.sides.has(run.task)) state.sides.set(run.task, "support");
  const context: ProposeContext = {
    cluster: support,
    passing,
    genome,
    paths,
    rejected: rejectedFor(state, support.id),
    wanted: mostOf(state),
    signal,
  };
  const proposals: Proposal[] = [];
  for (const proposer of proposers) {
    if (state.ledger.isSpent()) break;
    try {
      const began = performance.now();
      const made = await proposer.propose(context);
      state.tally.made(proposer.name, made, (performance.now() - began) / 1000);
      for (const { costUsd } of made) state.ledger.charge(costUsd);
      proposals.push(...made);
    } catch (error) {
      signal.throwIfAborted();
      // An attempt that came to nothing was paid for all the same.
      if (error instanceof Error && "costUsd" in error) state.ledger.charge(Number(error.costUsd));
      watch?.({ kind: "proposer-failed", proposer: proposer.name, message: messageOf(error) });
    }
  }
  const fresh = new Map<string, Proposal>();
  for (const proposal of proposals) {
    const key = keyOf(state, support.id, proposal);
    // What a patch touches decides on its rung, not what it says of itself.
    if (!state.tried.has(key) && !fresh.has(key))
      fresh.set(key, { ...proposal, rung: rungOf(proposal.edits, paths) });
  }
  return [...fresh.values()].slice(0, mostOf(state));
}

/** How many proposals for a cluster are looked at: as many as are tried for real, or cheaply where that can be done. */
function mostOf({ options }: CycleState): number {
  const { model, home } = options.runtime;
  const { candidates_per_cluster: real, search } = home.config.evolution;
  return model.deterministic ? Math.max(real, search.candidates) : real;
}

/** Takes those that are tried for real: so many of a cluster, and of a cycle. */
export function takeForTrials(
  state: CycleState,
  cluster: string,
  proposals: readonly Proposal[],
  most: number,
): Proposal[] {
  const { candidates_per_cycle } = state.options.runtime.home.config.evolution;
  const room = Math.max(0, Math.min(most, candidates_per_cycle - state.tried.size));
  const taken = proposals.slice(0, room);
  for (const proposal of taken) state.tried.add(keyOf(state, cluster, proposal));
  return taken;
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
