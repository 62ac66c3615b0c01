/** An order of hypotheses that was found for one failure of a cluster, and holds for the others: they broke alike. */
import type { Failure, Hypothesis } from "../../failure.ts";

/** Best first. */
export type Ranking = readonly Place[];

export interface Place {
  /** Category and component: what the hypotheses of other failures of the cluster share. */
  readonly key: string;
  readonly reason: string;
}

export function rankingOf(
  places: readonly { readonly hypothesis: Hypothesis; readonly reason: string }[],
): Ranking {
  const seen = new Set<string>();
  return places.flatMap(({ hypothesis, reason }) => {
    const key = keyOf(hypothesis);
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ key, reason }];
  });
}

/**
 * The failure with its hypotheses in that order; those that the ranking does not name keep theirs behind. The scores stay what
 * they were, as a set: the first place has the highest.
 */
export function ranked(failure: Failure, ranking: Ranking): Failure {
  const places = new Map(ranking.map((place, index) => [place.key, { ...place, index }]));
  const placeOf = (hypothesis: Hypothesis): number => places.get(keyOf(hypothesis))?.index ?? places.size;
  const scores = failure.hypotheses.map(({ score }) => score).toSorted((a, b) => b - a);
  const hypotheses = failure.hypotheses
    .toSorted((a, b) => placeOf(a) - placeOf(b))
    .map((hypothesis, index): Hypothesis => {
      const judged = places.get(keyOf(hypothesis))?.reason;
      const score = scores[index] ?? hypothesis.score;
      return { ...hypothesis, score, ...(judged === undefined ? {} : { judged }) };
    });
  return { ...failure, hypotheses };
}

function keyOf({ category, component }: Hypothesis): string {
  return `${category} ${component}`;
}
