/** List the commonest words of texts that are not in UTF-8. */
import type { Chore, Family } from "../chore.ts";
import type { Random } from "../random.ts";

export const wordCounts: Family = (random) => [
  count(random("words-interview"), {
    name: "words-interview",
    heldOut: false,
    instruction:
      "Which 15 words come up most often in interview.txt? Write them to top-words.txt in small letters, from the most to " +
      "the least common, one a line with its count behind it (like `garden 42`).",
    file: "interview.txt",
    out: "top-words.txt",
    top: 15,
    vocabulary: WESTERN,
    length: 90_000,
    encode: (text) => Buffer.from(text, "latin1"),
  }),
  count(random("words-speeches"), {
    name: "words-speeches",
    heldOut: false,
    instruction:
      "Count the words in speeches/all.txt and put the 20 commonest with their counts into speeches/commonest.txt " +
      "(lower case, `word count`, one per line, the most frequent on top).",
    file: "speeches/all.txt",
    out: "speeches/commonest.txt",
    top: 20,
    vocabulary: EASTERN,
    length: 60_000,
    encode: (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  }),
  count(random("words-manuscript"), {
    name: "words-manuscript",
    heldOut: true,
    instruction:
      "My editor says I repeat myself. How often does each word occur in manuscript.txt? The 12 most used words " +
      "and their counts will do: write `word count`, small letters, from the most to the least used, to repeats.txt.",
    file: "manuscript.txt",
    out: "repeats.txt",
    top: 12,
    vocabulary: WESTERN,
    length: 150_000,
    encode: (text) => Buffer.from(text, "latin1"),
  }),
];

const WESTERN = (
  "über straße café garçon señor mañana naïve façade château fjörd søndag håndværk coração irmã tête forêt âge maître " +
  "garden window morning river letter bread winter table voice stone evening doctor music street bridge island " +
  "children summer brother question answer silence forest harbour kitchen mirror captain village journey"
).split(" ");
const EASTERN = (
  "łąka źródło żółw šťastný příběh čeština řeka učitel gülmek çiçek şehir ağaç őszi tűzhely ελπίδα θάλασσα книга дорога " +
  "garden window morning river letter bread winter table voice stone evening doctor music street bridge"
).split(" ");

interface Count {
  readonly name: string;
  readonly heldOut: boolean;
  readonly instruction: string;
  readonly file: string;
  readonly out: string;
  readonly top: number;
  readonly vocabulary: readonly string[];
  readonly length: number;
  readonly encode: (text: string) => Uint8Array;
}

function count(random: Random, about: Count): Chore {
  const counts = frequencies(random, about);
  const all = random.shuffle(
    [...counts].flatMap(([word, times]) => Array.from({ length: times }, () => word)),
  );
  const ranked = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, about.top);
  return {
    name: about.name,
    heldOut: about.heldOut,
    instruction: about.instruction,
    workspace: { [about.file]: about.encode(prose(random, all)) },
    truth: { "top.txt": ranked.map(([word, times]) => `${word} ${times}\n`).join("") },
    checks: [{ file: about.out, equals: "top.txt" }],
  };
}

/** How often each word comes up: falling, and never the same twice, so that no order is a matter of taste. */
function frequencies(random: Random, { vocabulary, length }: Count): Map<string, number> {
  const words = random.shuffle(vocabulary);
  const weight = words.reduce((sum, _, at) => sum + 1 / (at + 2), 0);
  let last = Number.POSITIVE_INFINITY;
  return new Map(
    words.map((word, at) => {
      const wanted = Math.floor((length * random.int(90, 100)) / 100 / (at + 2) / weight);
      last = Math.max(1, Math.min(wanted, last - 1));
      return [word, last];
    }),
  );
}

/** Sentences with capitals and punctuation, in lines of some length. */
function prose(random: Random, words: readonly string[]): string {
  const lines: string[] = [];
  let at = 0;
  while (at < words.length) {
    const sentence = words.slice(at, at + random.int(4, 14));
    at += sentence.length;
    const [first = "", ...rest] = sentence;
    const text = [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(" ");
    lines.push(text + random.pick([".", ".", "!", "?", " ..."]));
  }
  return `${lines.join("\n")}\n`;
}
