/** What every source of patches looks like to the cycle. All are equal before the gate. */
import type { Proposal } from "../candidate.ts";
import type { Cluster, Trace } from "../failure.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";

export interface ProposeContext {
  /** Support part only: proposers never see holdout cases. */
  readonly cluster: Cluster;
  /** Runs that succeeded on the same release, for contrast. */
  readonly passing: readonly Trace[];
  /** Genome files of the parent by path relative to the home (`harness/loop.ts`, `prompts/system.md`, `skills/x/SKILL.md`). */
  readonly genome: ReadonlyMap<string, string>;
  /** Where the home keeps each part, relative, without a trailing slash. */
  readonly paths: { readonly harness: string; readonly prompts: string; readonly skills: string };
  /** Earlier attempts at this cluster and why they were rejected, oldest first. */
  readonly rejected: readonly { readonly proposal: Proposal; readonly why: string }[];
  /** How many proposals can be tried, where trials are cheap and so can be many; a few when absent. */
  readonly wanted?: number;
  /** What people taught the agent outside of the suite. */
  readonly knowledge?: Knowledge;
  readonly signal: AbortSignal;
}

/** No proposals came of it; what was spent is charged all the same. */
export class ProposerFailed extends Error {
  override readonly name = "ProposerFailed";
  /** In US dollars. */
  readonly costUsd: number;
  constructor(message: string, cost: number) {
    super(message);
    this.costUsd = cost;
  }
}

export interface Proposer {
  readonly name: string;
  /** True when each question costs money, or minutes of somebody's work: a bandit decides when to ask it. */
  readonly isPaid?: boolean;
  /** True when nobody can say what a question costs. Under a cap such a one must not be asked. */
  readonly isUnpriced?: boolean;
  /**
   * Best proposal first; empty when it has nothing to say. May throw, {@link ProposerFailed} when it spent something: the cycle
   * records the error and goes on with the other proposers.
   */
  propose(context: ProposeContext): Promise<readonly Proposal[]>;
}
