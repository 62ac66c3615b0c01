/** How a search weighs what it finds. A harness may send its own: the settings are part of the genome, and can evolve. */

export interface Ranking {
  /** Weights of the three parts of an entry. A lesson is all `body`. */
  readonly name: number;
  readonly description: number;
  readonly body: number;
  /** How fast a word stops to count when it is repeated, from 0. */
  readonly k1: number;
  /** How much a long text is held against its words, 0 to 1. */
  readonly b: number;
  /** What a word counts for that only begins with the word of the query, 0 to 1; 0 looks for whole words alone. */
  readonly prefix: number;
}

/** A name says most and a body says least about what a skill is for. The rest is usual for BM25. */
export const RANKING: Ranking = { name: 3, description: 2, body: 1, k1: 1.2, b: 0.7, prefix: 0.375 };

export function sameRanking(one: Ranking, other: Ranking): boolean {
  return (
    one.name === other.name &&
    one.description === other.description &&
    one.body === other.body &&
    one.k1 === other.k1 &&
    one.b === other.b &&
    one.prefix === other.prefix
  );
}
