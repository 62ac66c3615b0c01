/** Strings that tell of one task, and how much each of them tells. */
import { commonAtoms } from "./common.ts";
import { passagesOf, type Passages } from "./passages.ts";
import type { TaskTexts } from "./task-texts.ts";
import { atomsOf, normalised, significantDigits, unitsOf } from "./units.ts";

/** The telling strings of one task: bits by unit. */
export interface Telling {
  readonly answers: ReadonlyMap<string, number>;
  readonly literals: ReadonlyMap<string, number>;
  /** Numbers of the answer that are too short to tell anything by themselves. */
  readonly short: ReadonlyMap<string, number>;
  readonly names: ReadonlySet<string>;
  readonly passages: Passages;
}

const DIGIT = Math.log2(10);
/** A word that is neither common nor known is one of some thousands. */
const WORD = 12;
/** The end of a file name and the like, within a compound. */
const KNOWN = 2;
/** A letter or digit of an id or a hash. */
const MIXED = 4;
const MOST = 40;
/** Numbers with fewer digits are everywhere. */
const SHORT_DIGITS = 4;

/**
 * The information content of each unit, with two deductions that keep chance matches rare whatever the size of the suite:
 * the number of strings that the task offers to match, and the number of tasks (union bounds). What many tasks have tells
 * less of which one it is (inverse document frequency, Spärck Jones 1972).
 * @param known texts of the parent's genome
 */
export function tellingOf(tasks: readonly TaskTexts[], known: readonly string[]): Telling[] {
  const text = known.join("\n");
  const plain = new Set([...commonAtoms(), ...atomsOf(normalised(text))]);
  const knownCompounds = new Set(unitsOf(text).compounds.keys());
  const asked = tasks.map(({ instruction }) => keysOf([instruction]));
  const spread = spreadOf(tasks.map(({ instruction, workspace }) => keysOf([instruction, ...workspace])));
  const passages = passagesOf(tasks, known);

  const weigh = (keys: Iterable<string>): Map<string, number> => {
    const bits = (key: string): number => (knownCompounds.has(key) ? 0 : bitsOf(key, plain) * spread(key));
    const raw = Array.from(keys, (key) => [key, bits(key)] as const).filter(([, value]) => value > 0);
    const deducted = Math.log2(Math.max(1, raw.length)) + Math.log2(tasks.length);
    return new Map(
      raw.map(([key, value]) => [key, value - deducted] as const).filter(([, value]) => value > 0),
    );
  };

  return tasks.map((task, i) => {
    const secret = keysOf(task.secrets).difference(asked[i] ?? new Set());
    const short = [...secret].filter((key) => isShortNumber(key) && !plain.has(key));
    return {
      answers: weigh(secret.difference(new Set(short))),
      literals: weigh(literalsOf(task.instruction)),
      short: new Map(short.map((key) => [key, bitsOf(key, plain)])),
      names: namesOf(task.id, plain),
      passages: passages[i] ?? { answers: new Set(), instructions: new Set() },
    };
  });
}

function keysOf(texts: readonly string[]): Set<string> {
  const keys = new Set<string>();
  for (const text of texts) {
    const { atoms, compounds } = unitsOf(text);
    for (const atom of atoms) keys.add(atom);
    for (const compound of compounds.keys()) keys.add(compound);
  }
  return keys;
}

/** 1 for what one task has, 0 for what all have; without a second task nothing can be told of that. */
function spreadOf(tasks: readonly ReadonlySet<string>[]): (key: string) => number {
  const counts = new Map<string, number>();
  for (const keys of tasks) for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const all = Math.log2(tasks.length);
  return (key) => (all === 0 ? 1 : 1 - Math.log2(Math.max(1, counts.get(key) ?? 1)) / all);
}

function bitsOf(key: string, plain: ReadonlySet<string>): number {
  const atoms = atomsOf(key);
  const own = (atom: string): number => {
    if (/^\d/.test(atom)) return DIGIT * significantDigits(atom);
    if (plain.has(atom)) return atoms.length > 1 ? KNOWN : 0;
    if (/\d/.test(atom)) return MIXED * atom.length;
    return atom.length < 3 ? 2 * atom.length : WORD;
  };
  if (atoms.length === 1 && plain.has(key)) return 0;
  return Math.min(
    MOST,
    atoms.reduce((sum, atom) => sum + own(atom), 0),
  );
}

function isShortNumber(key: string): boolean {
  return /^[\d.]+$/.test(key) && significantDigits(key) < SHORT_DIGITS;
}

/** What an instruction takes from its own files: paths, addresses, ids, numbers, names. Its plain words are the subject of any skill for it. */
function literalsOf(instruction: string): Set<string> {
  const { atoms, compounds } = unitsOf(instruction);
  const names = Array.from(instruction.matchAll(/(?<![.!?:]\s+|^)\b(\p{Lu}[\p{L}\p{M}]{2,})/gu), ([name]) =>
    normalised(name),
  );
  const numbers = [...atoms].filter((atom) => /\d/.test(atom) && !isShortNumber(atom));
  return new Set([...compounds.keys(), ...numbers, ...names]);
}

/** `suite/task`, and the task's own name where it is no word that everybody uses. */
function namesOf(id: string, plain: ReadonlySet<string>): Set<string> {
  const name = normalised(id.split("/").at(-1) ?? "");
  const isTelling = atomsOf(name).some((atom) => !plain.has(atom)) && name.length > 3;
  return new Set([normalised(id), ...(isTelling && /[^\p{L}]/u.test(name) ? [name] : [])]);
}
