/** BM25: how well each of some documents answers a query (Robertson and Zaragoza, 2009, section 3). */

const K1 = 1.2;
const B = 0.75;

/** Scores of the documents in their order, from 0 to 1: divided by the best. `query` has the weight of each word. */
export function bm25(
  documents: readonly (readonly string[])[],
  query: ReadonlyMap<string, number>,
): number[] {
  const counts = documents.map((words) => countOf(words));
  const average = documents.reduce((sum, words) => sum + words.length, 0) / Math.max(1, documents.length);
  const idf = new Map(
    [...query.keys()].map((word) => {
      const having = counts.filter((count) => count.has(word)).length;
      return [word, Math.log(1 + (documents.length - having + 0.5) / (having + 0.5))] as const;
    }),
  );
  const scores = counts.map((count, at) => {
    const size = (documents[at]?.length ?? 0) / Math.max(1, average);
    let score = 0;
    for (const [word, weight] of query) {
      const tf = count.get(word) ?? 0;
      if (tf > 0) score += (weight * (idf.get(word) ?? 0) * tf * (K1 + 1)) / (tf + K1 * (1 - B + B * size));
    }
    return score;
  });
  const best = Math.max(0, ...scores);
  return scores.map((score) => (best > 0 ? score / best : 0));
}

function countOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
