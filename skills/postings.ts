/** An inverted index in typed arrays: for each word the entries that hold it, and how often in which part. */
import { rawWords, singular } from "./words.ts";

/** Parts of an entry, in the order of {@link Postings.counts}. */
export const PARTS = ["name", "description", "body"] as const;
export type Entry = Readonly<Record<(typeof PARTS)[number], string>>;

export interface Postings {
  /** Number of entries. */
  readonly size: number;
  /** Numbers of words, from 0. */
  readonly words: ReadonlyMap<string, number>;
  /** The postings of word `w` are those from `starts[w]` to `starts[w + 1]`. */
  readonly starts: Uint32Array;
  /** The entry of each posting; rising within a word. */
  readonly entries: Uint32Array;
  /** How often the word is in each part of the entry, one byte a part; more than 255 count as 255. */
  readonly counts: Uint32Array;
  /** Words in each part of each entry. */
  readonly lengths: readonly Uint32Array[];
  /** Mean of {@link lengths}, of each part. */
  readonly means: readonly number[];
}

/** Time and memory are linear in the length of the texts. */
export function buildPostings(entries: readonly Entry[], stopWords: ReadonlySet<string>): Postings {
  const dictionary = createDictionary(stopWords);
  const lengths = PARTS.map(() => new Uint32Array(entries.length));
  const found = createTriples();
  const counts = new Map<number, number>();
  entries.forEach((entry, number) => {
    counts.clear();
    PARTS.forEach((part, shift) => {
      const length = countWords(entry[part], dictionary, counts, 8 * shift);
      const column = lengths[shift];
      if (column !== undefined) column[number] = length;
    });
    for (const [word, packed] of counts) found.add(word, number, packed);
  });
  const means = lengths.map((column) => column.reduce((sum, length) => sum + length, 0) / column.length);
  return {
    size: entries.length,
    words: dictionary.words,
    lengths,
    means,
    ...byWord(found, dictionary.words.size),
  };
}

interface Dictionary {
  readonly words: Map<string, number>;
  /** Number of the word that a raw word is a form of; -1 for a stop word. */
  numberOf(raw: string): number;
}

/** Texts repeat their words: each form is looked into once. */
function createDictionary(stopWords: ReadonlySet<string>): Dictionary {
  const words = new Map<string, number>();
  const forms = new Map<string, number>();
  const add = (raw: string): number => {
    if (stopWords.has(raw)) return -1;
    const word = singular(raw);
    const number = words.get(word) ?? words.size;
    words.set(word, number);
    return number;
  };
  return {
    words,
    numberOf(raw) {
      const known = forms.get(raw);
      if (known !== undefined) return known;
      const number = add(raw);
      forms.set(raw, number);
      return number;
    },
  };
}

/** Adds to `counts`, in the byte at `shift`. @returns how many words there are */
function countWords(
  text: string,
  dictionary: Dictionary,
  counts: Map<number, number>,
  shift: number,
): number {
  let length = 0;
  for (const raw of rawWords(text)) {
    const word = dictionary.numberOf(raw);
    if (word === -1) continue;
    length += 1;
    const before = counts.get(word) ?? 0;
    if (((before >> shift) & 255) < 255) counts.set(word, before + (1 << shift));
  }
  return length;
}

interface Triples {
  add(word: number, entry: number, packed: number): void;
  /** Word, entry and counts by turns. */
  taken(): Uint32Array;
}

function createTriples(): Triples {
  let triples = new Uint32Array(3 * 1024);
  let used = 0;
  return {
    add(word, entry, packed) {
      if (used === triples.length) {
        const larger = new Uint32Array(2 * used);
        larger.set(triples);
        triples = larger;
      }
      triples[used] = word;
      triples[used + 1] = entry;
      triples[used + 2] = packed;
      used += 3;
    },
    taken: () => triples.subarray(0, used),
  };
}

/** A counting sort: entries come in their order, so those of a word stay in it. */
function byWord(found: Triples, words: number): Pick<Postings, "starts" | "entries" | "counts"> {
  const triples = found.taken();
  const starts = new Uint32Array(words + 1);
  for (let at = 0; at < triples.length; at += 3) {
    const next = (triples[at] ?? 0) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let word = 0; word < words; word += 1)
    starts[word + 1] = (starts[word + 1] ?? 0) + (starts[word] ?? 0);
  const free = starts.slice();
  const entries = new Uint32Array(triples.length / 3);
  const counts = new Uint32Array(triples.length / 3);
  for (let at = 0; at < triples.length; at += 3) {
    const word = triples[at] ?? 0;
    const place = free[word] ?? 0;
    free[word] = place + 1;
    entries[place] = triples[at + 1] ?? 0;
    counts[place] = triples[at + 2] ?? 0;
  }
  return { starts, entries, counts };
}
