/** How much each string of a task tells of it. */
import { commonAtoms } from "./common-words.ts";
import { isShortNumber, type TaskUnits } from "./task-units.ts";
import { atomsOf, normalised, significantDigits, squeezed, unitsOf } from "./units.ts";

/** The telling strings of one task: bits by unit. */
export interface Telling {
  readonly answers: ReadonlyMap<string, number>;
  readonly literals: ReadonlyMap<string, number>;
  /** Numbers of the answer that are too short to tell anything by themselves. */
  readonly short: ReadonlyMap<string, number>;
  readonly names: ReadonlySet<string>;
}

const DIGIT = Math.log2(10);
/** A word that is neither common nor known is one of some thousands. */
const WORD = 12;
/** The end of a file name and the like, within a compound. */
const KNOWN = 2;
/** A letter or digit of an id or a hash. */
const MIXED = 4;
const MOST = 40;

/**
 * The information content of each unit, with two deductions that keep chance matches rare whatever the size of the suite:
 * the number of strings that the task offers to match, and the number of tasks (union bounds). What many tasks have tells
 * less of which one it is (inverse document frequency, Spärck Jones 1972).
 * @param known texts of the parent's genome
 */
export function tellingOf(tasks: readonly TaskUnits[], known: Known): Telling[] {
  const spread = spreadOf(tasks.map(({ shown }) => shown));
  const weigh = (units: Iterable<readonly [string, readonly string[]]>): Map<string, number> => {
    const raw: [string, number][] = [];
    for (const [key, atoms] of units) {
      const bits = known.compounds.has(key) ? 0 : bitsOf(atoms, known.atoms) * spread(key);
      if (bits > 0) raw.push([key, bits]);
    }
    const deducted = Math.log2(Math.max(1, raw.length)) + Math.log2(tasks.length);
    return new Map(raw.map(([key, bits]) => [key, bits - deducted] as const).filter(([, bits]) => bits > 0));
  };
  return tasks.map(({ id, answers, literals }) => {
    const short = [...answers].filter(([key]) => isShortNumber(key) && !known.atoms.has(key));
    return {
      answers: weigh([...answers].filter(([key]) => !isShortNumber(key))),
      literals: weigh(literals),
      short: new Map(short.map(([key, atoms]) => [key, bitsOf(atoms, known.atoms)])),
      names: namesOf(id, known.atoms),
    };
  });
}

/** What anybody can know who has the parent's genome. */
export interface Known {
  readonly atoms: ReadonlySet<string>;
  readonly compounds: ReadonlySet<string>;
  /** All of it, squeezed. */
  readonly flat: string;
}

/** The common words, and all that stands in these texts. */
export function knownFrom(texts: readonly string[]): Known {
  const parts = [...new Set(texts)].map(partOf);
  return {
    atoms: new Set([...commonAtoms(), ...parts.flatMap(({ atoms }) => [...atoms])]),
    compounds: new Set(parts.flatMap(({ compounds }) => [...compounds])),
    flat: parts.map(({ flat }) => flat).join(" "),
  };
}

/** The files of a genome are asked for again with every candidate. */
function partOf(text: string): Known {
  const made = parts.get(text);
  if (made !== undefined) return made;
  const { atoms, compounds } = unitsOf(text);
  const part = { atoms, compounds: new Set(compounds.keys()), flat: squeezed(text) };
  if (parts.size >= MOST_PARTS) parts.clear();
  parts.set(text, part);
  return part;
}

const parts = new Map<string, Known>();
const MOST_PARTS = 1000;

/** 1 for what one task has, 0 for what all have; without a second task nothing can be told of that. */
function spreadOf(tasks: readonly ReadonlySet<string>[]): (key: string) => number {
  const all = Math.log2(tasks.length);
  if (all === 0) return () => 1;
  return (key) => {
    const count = tasks.reduce((sum, keys) => sum + Number(keys.has(key)), 0);
    return 1 - Math.log2(Math.max(1, count)) / all;
  };
}

function bitsOf(atoms: readonly string[], plain: ReadonlySet<string>): number {
  const [only] = atoms;
  if (atoms.length === 1 && only !== undefined && plain.has(only)) return 0;
  const bits = (atom: string): number => {
    if (/^\d/.test(atom)) return DIGIT * significantDigits(atom);
    if (plain.has(atom)) return KNOWN;
    if (/\d/.test(atom)) return MIXED * atom.length;
    return atom.length < 3 ? 2 * atom.length : WORD;
  };
  return Math.min(
    MOST,
    atoms.reduce((sum, atom) => sum + bits(atom), 0),
  );
}

/** `suite/task`, and the task's own name where it is no word that everybody uses. */
function namesOf(id: string, plain: ReadonlySet<string>): Set<string> {
  const name = normalised(id.split("/").at(-1) ?? "");
  const isTelling =
    name.length > 3 && /[^\p{L}]/u.test(name) && atomsOf(name).some((atom) => !plain.has(atom));
  return new Set([normalised(id), ...(isTelling ? [name] : [])]);
}
