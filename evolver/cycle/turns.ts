/** Whose turn it is to propose for a cluster, and what each turn took. */
import type { Proposal } from "../candidate.ts";
import type { Proposer } from "../propose/proposer.ts";
import { drawOrder } from "./bandit.ts";
import { secureRandom } from "./secure-random.ts";
import type { CycleState } from "./state.ts";

/** Proposers that are asked together. */
export interface Turn {
  readonly proposers: readonly Proposer[];
  /** Those who may still have a turn after it for the same cluster. */
  readonly later: readonly (readonly Proposer[])[];
}

/**
 * Those that cost nothing to ask are one turn, in the order of agent.yaml. Each of the others has a turn of its own, and the
 * bandit decides on the order. Without paid proposers there is a single turn.
 */
export function turnsFor({ options, accounts }: CycleState): Turn[] {
  const { proposers, random = secureRandom } = options;
  const free = proposers.filter(({ isPaid }) => isPaid !== true);
  const paid = proposers.filter(({ isPaid }) => isPaid === true);
  const groups = [...(free.length > 0 ? [free] : []), ...paid.map((one) => [one])];
  const arms = groups.map((group) => ({ group, account: accounts.of(group.map(({ name }) => name)) }));
  const order = arms.length > 1 ? drawOrder(arms, random) : arms;
  return order.map(({ group }, index) => ({
    proposers: group,
    later: order.slice(index + 1).map((arm) => arm.group),
  }));
}

/**
 * Takes a turn, and books what it took beside the question itself: its trials, in seconds and money, shared by those who
 * proposed, each by the number of its proposals.
 * @param take tries what was proposed; true when a patch was accepted
 */
export async function takeTurn(
  state: CycleState,
  turn: Turn,
  proposals: readonly Proposal[],
  take: () => Promise<boolean>,
): Promise<boolean> {
  const { accounts, ledger, authors } = state;
  const began = performance.now();
  const before = ledger.costUsd;
  const isAccepted = await take();
  const seconds = (performance.now() - began) / 1000;
  const usd = ledger.costUsd === undefined || before === undefined ? 0 : ledger.costUsd - before;
  for (const { edits } of proposals) {
    const author = authors.get(edits);
    if (author !== undefined)
      accounts.charge(author, { usd: usd / proposals.length, seconds: seconds / proposals.length });
  }
  const accepted = state.judged.findLast(({ candidate }) => candidate.verdict === "accept");
  const author =
    isAccepted && accepted !== undefined ? authors.get(accepted.candidate.proposal.edits) : undefined;
  await accounts.attempted(turn.proposers.map(nameOf), turn.later.flat().map(nameOf), author);
  return isAccepted;
}

function nameOf({ name }: Proposer): string {
  return name;
}
