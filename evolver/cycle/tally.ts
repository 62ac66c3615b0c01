/** Where the proposals of each proposer fell out on their way to a verdict, in one cycle. */
import type { Proposal } from "../candidate.ts";

export interface Fates {
  /** Those that the static checks refused, before or after quick trials; types among them, as far as they were asked. */
  readonly refused: number;
  /** Those that had quick trials. */
  readonly tried: number;
  /** Those of them that helped. */
  readonly helped: number;
  /** Those that had a verdict. */
  readonly judged: number;
}

export interface Tally {
  count(proposal: Proposal, fate: keyof Fates): void;
  of(proposer: string): Fates;
}

/** @param authors who made the edits; what nobody made is not counted */
export function createTally(authors: Pick<WeakMap<Proposal["edits"], string>, "get">): Tally {
  const all = new Map<string, Fates>();
  const of = (proposer: string): Fates => all.get(proposer) ?? NONE;
  return {
    count({ edits }, fate) {
      const author = authors.get(edits);
      if (author !== undefined) all.set(author, { ...of(author), [fate]: of(author)[fate] + 1 });
    },
    of,
  };
}

const NONE: Fates = { refused: 0, tried: 0, helped: 0, judged: 0 };
