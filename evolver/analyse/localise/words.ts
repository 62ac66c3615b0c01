/** Text and code as the words that both have in common. */

/**
 * Words of three letters and more, in lower case, cut to a stem: `maxRetries` and "will retry" share `retr`. Words that
 * every program has are left out.
 */
export function wordsOf(text: string): string[] {
  const parts = text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [];
  return parts.flatMap((part) => {
    const word = part.toLowerCase();
    return word.length < 3 || COMMON.has(word) ? [] : [stemOf(word)];
  });
}

/** Coarse on purpose: the same word must come out of an identifier, a comment and a sentence. */
function stemOf(word: string): string {
  const stem = word.replace(/(?:ations?|tions?|ings?|ies|ied|ed|es|s|y|e)$/, "");
  return stem.length < 3 ? word : stem;
}

const COMMON = new Set(
  (
    "the and for that this with from not are was has have its into than then when where which while what who how all any each " +
    "one two but can may must does did done only same more most other such there they them their out own way also after before " +
    "const let var function return async await export import type readonly string number boolean undefined null void new true " +
    "false else case break continue default throw try catch finally switch length map filter slice join some every find"
  ).split(" "),
);
