/**
 * Merges near-equal templates of one kind, as Drain does with log lines (He, Zhu, Zheng and Lyu, ICWS 2017): a tree of fixed depth
 * (kind, number of words, first words) leads to the few groups that a template is compared with. Linear in the number of
 * templates: a leaf compares at most {@link LEAF} groups.
 */
import type { SignatureRow } from "../../runtime/kernel/store/failures.ts";

/** Stands for a word in which the members of a group differ. */
export const ANY = "<*>";

/** Share of words that must be the same, in their places. Drain's .5 puts different errors of one tool together. */
const SIMILAR = 0.7;
/** A shorter template says too little to be generalised. */
const FEWEST_WORDS = 4;
/** Words that the tree looks at. */
const HEAD = 2;
/** Groups of a leaf that are compared; further ones stand alone. */
const LEAF = 128;

export interface NearEqual {
  /** Makes a group known, without merging it. */
  add(group: SignatureRow): void;
  /** The group that the signature belongs to: a known one, generalised where they differ, or a new one with the signature's own id. */
  place(signature: SignatureRow): SignatureRow;
}

export function nearEqual(): NearEqual {
  const byId = new Map<string, Group>();
  const leaves = new Map<string, Group[]>();
  const add = (row: SignatureRow): Group => {
    const group = { id: row.id, kind: row.kind, words: wordsOf(row.template) };
    byId.set(group.id, group);
    const leaf = leaves.get(keyOf(group));
    if (leaf === undefined) leaves.set(keyOf(group), [group]);
    else if (leaf.length < LEAF) leaf.push(group);
    return group;
  };
  return {
    add,
    place(signature) {
      const words = wordsOf(signature.template);
      const same = byId.get(signature.id);
      const group =
        same ?? closest(leaves.get(keyOf({ kind: signature.kind, words })) ?? [], words) ?? add(signature);
      if (same === undefined) group.words = group.words.map((word, at) => (word === words[at] ? word : ANY));
      return { id: group.id, kind: group.kind, template: group.words.join(" ") };
    },
  };
}

/** From 0 to 1: the share of words that two templates of one length have in common, in their places. */
export function similarity(a: readonly string[], b: readonly string[]): number {
  if (a.length !== b.length || a.length === 0) return 0;
  let same = 0;
  for (let at = 0; at < a.length; at++) if (a[at] === b[at] && a[at] !== ANY) same++;
  return same / a.length;
}

export function wordsOf(template: string): string[] {
  return template.split(" ");
}

interface Group {
  readonly id: string;
  readonly kind: string;
  words: string[];
}

/** What varies leads nowhere: a word with a digit or a placeholder stands for any. */
function keyOf({ kind, words }: { readonly kind: string; readonly words: readonly string[] }): string {
  const head = words.slice(0, HEAD).map((word) => (/[\d<]/.test(word) ? ANY : word));
  return [kind, words.length, ...head].join(" ");
}

/** The most similar group that is similar enough; the first of equals. */
function closest(groups: readonly Group[], words: readonly string[]): Group | undefined {
  if (words.length < FEWEST_WORDS) return undefined;
  let best: { readonly group: Group; readonly similar: number } | undefined;
  for (const group of groups) {
    const similar = similarity(group.words, words);
    if (similar >= SIMILAR && similar > (best?.similar ?? 0)) best = { group, similar };
  }
  return best?.group;
}
