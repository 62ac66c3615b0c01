/** Cuts a text into what the coverage rule compares: words, names of files and the like, quoted texts. */

export interface Token {
  readonly kind: "word" | "name" | "quoted";
  /** In lower case; of a quoted text what is between the quotes. */
  readonly word: string;
  /** Where it stands in the text; the quotes are not part of it. */
  readonly from: number;
  readonly to: number;
  /** Number of the clause that it stands in: clauses end at punctuation and at blank lines. */
  readonly clause: number;
}

/** @param openQuotes quoted texts are read word by word, as in the prose of a skill */
export function tokens(text: string, openQuotes = false): Token[] {
  const found: Token[] = [];
  let clause = 0;
  for (const match of text.matchAll(openQuotes ? UNQUOTED : QUOTED)) {
    const { quoted, name, word } = match.groups ?? {};
    const inside = quoted ?? name ?? word;
    if (inside === undefined) {
      clause++;
      continue;
    }
    const kind = quoted !== undefined ? "quoted" : name !== undefined ? "name" : "word";
    if (!/[\p{L}\p{N}]/u.test(inside)) continue;
    const from = match.index + match[0].indexOf(inside);
    const lower = inside.toLowerCase().replaceAll("’", "'");
    found.push({ kind, word: lower, from, to: from + inside.length, clause });
  }
  return found;
}

const QUOTE =
  /`+(?<quoted>[^`\n]+)`+|"(?<quoted>[^"\n]+)"|“(?<quoted>[^”\n]+)”|(?<![\p{L}\p{N}])'(?<quoted>[^'\n]+)'(?![\p{L}\p{N}])/u;
/** An address, a path with a slash at an end, or what has a dot within. */
const NAME =
  /(?<name>https?:\/\/[^\s"'`,]*[\w/]|\.{0,2}\/[\w./-]*\w|[\w.-]+(?:\/[\w.-]+)*(?:\/(?![\w])|\.\w+))/u;
/** With a number behind a hyphen, as in `latin-1` and in dates. */
const WORD = /(?<word>[\p{L}\p{N}]+(?:['’]\p{L}+|(?:-\p{N}+)+)?)/u;
const BREAK = /[.,;:!?()]|\n\s*\n/u;

const UNQUOTED = new RegExp(`${NAME.source}|${WORD.source}|${BREAK.source}`, "gu");
const QUOTED = new RegExp(`${QUOTE.source}|${UNQUOTED.source}`, "gu");
