/** Texts as the units that are compared: words, numbers, and compounds such as file names and addresses. */

export interface Units {
  /** Words and numbers. */
  readonly atoms: ReadonlySet<string>;
  /** Atoms joined by punctuation: `orders.csv`, `2026-03-14`, with the atoms that they are made of. */
  readonly compounds: ReadonlyMap<string, readonly string[]>;
}

/** A number with marks between thousands, a number, or letters and digits that begin with a letter. */
const ATOM = /\d{1,3}(?:[,_'’]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|[\p{L}\p{M}][\p{L}\p{M}\p{N}]*/gu;
const COMPOUND = /[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}]|[._/:@?=&%~$#+\\-]+(?=[\p{L}\p{N}]))*/gu;

/** The atoms and the compounds of a text, normalised. */
export function unitsOf(text: string): Units {
  const plain = normalised(text);
  const compounds = new Map<string, readonly string[]>();
  for (const [compound] of plain.matchAll(COMPOUND)) {
    const atoms = atomsOf(compound);
    if (atoms.length > 1) compounds.set(compound, atoms);
  }
  return { atoms: new Set(atomsOf(plain)), compounds };
}

/** In their order. Numbers are written as plainly as they can be. */
export function atomsOf(text: string): string[] {
  return Array.from(text.matchAll(ATOM), ([atom]) => (/^\d/.test(atom) ? plainNumber(atom) : atom));
}

/** Lower case, one form of each character, without invisible ones. */
export function normalised(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .toLowerCase();
}

/** Letters and digits only: what is left when text is spelled out or taken apart. */
export function squeezed(text: string): string {
  return normalised(text).replace(/[^\p{L}\p{N}]/gu, "");
}

/** Digits that say something: 30000 has one, 17.40 has three. */
export function significantDigits(number: string): number {
  const digits = number.replace(".", "").replace(/^0+/, "");
  return (number.includes(".") ? digits : digits.replace(/0+$/, "")).length;
}

function plainNumber(written: string): string {
  const digits = written.replace(/[,_'’]/g, "").replace(/^0+(?=\d)/, "");
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
