/** Words of a text as the skill index and the procedure model compare them. */

/** Words that say nothing about what a skill is for. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a about after all also an and any are as at be been before but by can could do does each every for from given has " +
    "have how i if in into is it its just let make me my new no not of on one only or our out please should so some " +
    "such than that the their them then there these they this to up use used using was we were what when where which " +
    "while who will with would you your"
  ).split(" "),
);

/**
 * Lower-case words of letters and digits with a plural `s` taken off, without stop words, in the order of the text.
 * Everything else (punctuation, signs, line ends) only separates.
 */
export function words(text: string, stopWords: ReadonlySet<string> = STOP_WORDS): string[] {
  return rawWords(text)
    .filter((word) => !stopWords.has(word))
    .map(singular);
}

/** Lower-case words of letters and digits, as they stand. */
export function rawWords(text: string): readonly string[] {
  // The same for ASCII, and several times as fast.
  if (ASCII.test(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

// oxlint-disable-next-line no-control-regex -- all of ASCII
const ASCII = /^[\u0000-\u007F]*$/;

/** The word without a plural `s`. */
export function singular(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith("s") && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
}
