/** Scores entries for a query, word by word, over impacts that were computed once for a ranking. */
import { PARTS, type Postings } from "./postings.ts";
import type { Ranking } from "./ranking.ts";
import { words } from "./words.ts";

export interface Scored {
  readonly entry: number;
  readonly score: number;
}

/** Best first, equal scores by number. */
export type Scorer = (query: string, limit: number) => Scored[];

/** What a word counts for at least where it occurs: δ of BM25+. */
const DELTA = 0.5;

export function createScorer(postings: Postings, ranking: Ranking, stopWords: ReadonlySet<string>): Scorer {
  const impacts = impactsOf(postings, ranking);
  const vocabulary = [...postings.words.keys()].toSorted();
  const scores = new Float32Array(postings.size);
  return (query, limit) => {
    scores.fill(0);
    for (const [word, weight] of weighed(query, postings, vocabulary, ranking.prefix, stopWords))
      add(scores, postings, impacts, word, weight);
    return best(scores, limit);
  };
}

/** Of each posting: idf · Σ over the parts of weight · (δ + saturated count). */
function impactsOf(
  { size, starts, entries, counts, lengths, means }: Postings,
  ranking: Ranking,
): Float32Array {
  const { k1, b } = ranking;
  const impacts = new Float32Array(entries.length);
  const weights = PARTS.map((part) => ranking[part]);
  const norms = lengths.map((column, part) =>
    Float32Array.from(column, (length) => k1 * (1 - b + (b * length) / Math.max(means[part] ?? 1, 1e-9))),
  );
  for (let word = 0; word + 1 < starts.length; word += 1) {
    const [from = 0, to = 0] = starts.subarray(word, word + 2);
    const idf = Math.log(1 + (size - (to - from) + 0.5) / (to - from + 0.5));
    for (let at = from; at < to; at += 1) {
      const packed = counts[at] ?? 0;
      let sum = 0;
      for (let part = 0; part < weights.length; part += 1) {
        const count = (packed >> (8 * part)) & 255;
        if (count === 0) continue;
        const norm = norms[part]?.[entries[at] ?? 0] ?? k1;
        sum += (weights[part] ?? 0) * (DELTA + (count * (k1 + 1)) / (count + norm));
      }
      impacts[at] = idf * sum;
    }
  }
  return impacts;
}

/** Longest ending that a word may have beyond the one that was asked for, and how many such words are looked at. */
const LONGEST_ENDING = 4;
const MOST_ENDINGS = 6;
/** Shorter words begin too many others. */
const SHORTEST_BEGINNING = 4;

/** The words to look up, each with its weight; a word that is asked for twice counts twice. */
function weighed(
  query: string,
  postings: Postings,
  vocabulary: readonly string[],
  prefix: number,
  stopWords: ReadonlySet<string>,
): Map<number, number> {
  const weights = new Map<number, number>();
  const weigh = (word: string, weight: number): void => {
    const number = postings.words.get(word);
    if (number !== undefined) weights.set(number, (weights.get(number) ?? 0) + weight);
  };
  for (const word of words(query, stopWords)) {
    weigh(word, 1);
    if (prefix <= 0 || word.length < SHORTEST_BEGINNING) continue;
    for (const longer of beginningWith(word, vocabulary))
      weigh(longer, (prefix * word.length) / (word.length + 0.3 * (longer.length - word.length)));
  }
  return weights;
}

function beginningWith(word: string, vocabulary: readonly string[]): string[] {
  const found: string[] = [];
  for (let at = firstAfter(word, vocabulary); found.length < MOST_ENDINGS; at += 1) {
    const longer = vocabulary[at];
    if (longer === undefined || !longer.startsWith(word)) break;
    if (longer.length <= word.length + LONGEST_ENDING) found.push(longer);
  }
  return found;
}

/** Index of the first word that sorts behind `word`. */
function firstAfter(word: string, vocabulary: readonly string[]): number {
  let [low, high] = [0, vocabulary.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((vocabulary[middle] ?? "") <= word) low = middle + 1;
    else high = middle;
  }
  return low;
}

function add(
  scores: Float32Array,
  { starts, entries }: Postings,
  impacts: Float32Array,
  word: number,
  weight: number,
): void {
  const [from = 0, to = 0] = starts.subarray(word, word + 2);
  for (let at = from; at < to; at += 1) {
    const entry = entries[at] ?? 0;
    scores[entry] = (scores[entry] ?? 0) + weight * (impacts[at] ?? 0);
  }
}

/** One pass with the few best so far; most entries lose at the first comparison. */
function best(scores: Float32Array, limit: number): Scored[] {
  const found: Scored[] = [];
  let floor = 0;
  for (let entry = 0; entry < scores.length; entry += 1) {
    const score = scores[entry] ?? 0;
    if (score <= floor || limit === 0) continue;
    let place = found.length;
    while (place > 0 && (found[place - 1]?.score ?? 0) < score) place -= 1;
    found.splice(place, 0, { entry, score });
    if (found.length > limit) found.pop();
    if (found.length === limit) floor = found.at(-1)?.score ?? 0;
  }
  return found;
}
