/** What each proposer's proposals came to in a cycle: how many fell out where, and what they took. */
import type { Proposal } from "../candidate.ts";

export interface ProposerTally {
  readonly proposer: string;
  /** Proposals that it made, also those that were made again on another head. */
  readonly generated: number;
  /** Those that the static checks refused, types among them, as far as they were asked. */
  readonly refused: number;
  /** Those that had quick trials. */
  readonly tried: number;
  /** Those that helped in a quick trial. */
  readonly survived: number;
  /** Those that had a verdict. */
  readonly judged: number;
  readonly accepted: number;
  /** Time that it took to make them, and all their trials, added up although trials go on side by side. */
  readonly seconds: number;
}

export interface Tally {
  /** Remembers who made the proposals. */
  made(proposer: string, proposals: readonly Proposal[], seconds: number): void;
  /** Counts one proposal, or takes time for it. One whose maker is not known is nobody's. */
  count(proposal: Proposal, what: Counted | undefined, seconds?: number): void;
  rows(): readonly ProposerTally[];
}

export type Counted = "refused" | "tried" | "survived" | "judged" | "accepted";

export function createTally(): Tally {
  const rows = new Map<string, { -readonly [Key in keyof ProposerTally]: ProposerTally[Key] }>();
  // A proposal is copied on its way; its edits are not.
  const makers = new WeakMap<Proposal["edits"], string>();
  const rowOf = (proposer: string) => {
    const row = rows.get(proposer) ?? { proposer, ...NOTHING };
    rows.set(proposer, row);
    return row;
  };
  return {
    made(proposer, proposals, seconds) {
      const row = rowOf(proposer);
      row.generated += proposals.length;
      row.seconds += seconds;
      for (const { edits } of proposals) makers.set(edits, proposer);
    },
    count({ edits }, what, seconds = 0) {
      const maker = makers.get(edits);
      if (maker === undefined) return;
      const row = rowOf(maker);
      if (what !== undefined) row[what] += 1;
      row.seconds += seconds;
    },
    rows: () => [...rows.values()].map((row) => ({ ...row })),
  };
}

const NOTHING = { generated: 0, refused: 0, tried: 0, survived: 0, judged: 0, accepted: 0, seconds: 0 };
