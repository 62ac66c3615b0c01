/** A task as the units that a patch may have in common with it. */
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { textsOf } from "./task-texts.ts";
import { atomsOf, normalised, significantDigits, squeezed, unitsOf } from "./units.ts";

export interface TaskUnits {
  readonly id: string;
  /** Units of the expected answer that the instruction does not have, each with its atoms. */
  readonly answers: ReadonlyMap<string, readonly string[]>;
  /** What the instruction takes from its own files: paths, addresses, ids, numbers, names. */
  readonly literals: ReadonlyMap<string, readonly string[]>;
  /** All that agents are shown: units of the instruction and the workspace. */
  readonly shown: ReadonlySet<string>;
  /** Whole lines of the answer, and words in a row of the instruction, squeezed: nobody writes them twice by chance. */
  readonly lines: ReadonlySet<string>;
  readonly runs: ReadonlySet<string>;
}

const WORDS_OF_RUN = 6;
const LETTERS_OF_LINE = 14;
/** Numbers with fewer digits are everywhere. */
const SHORT_DIGITS = 4;

/** Made once for each task object. @throws system errors, when a file cannot be read */
export function taskUnits(task: TaskOnDisk): Promise<TaskUnits> {
  const known = made.get(task);
  if (known !== undefined) return known;
  const units = make(task);
  made.set(task, units);
  return units;
}

const made = new WeakMap<TaskOnDisk, Promise<TaskUnits>>();

async function make(task: TaskOnDisk): Promise<TaskUnits> {
  const { id, instruction, secrets, workspace } = await textsOf(task);
  const asked = unitsIn([instruction]);
  const asIs = squeezed(instruction);
  return {
    id,
    answers: new Map([...unitsIn(secrets)].filter(([key]) => !asked.has(key))),
    literals: literalsOf(instruction),
    shown: new Set([...asked.keys(), ...unitsIn(workspace).keys()]),
    lines: new Set([...linesOf(secrets)].filter((line) => !asIs.includes(line))),
    runs: runsOf(instruction),
  };
}

/** Whether the unit is a number with too few significant digits to tell anything. */
export function isShortNumber(key: string): boolean {
  return /^[\d.]+$/.test(key) && significantDigits(key) < SHORT_DIGITS;
}

function unitsIn(texts: readonly string[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const text of texts) {
    const { atoms, compounds } = unitsOf(text);
    for (const atom of atoms) found.set(atom, [atom]);
    for (const [compound, parts] of compounds) found.set(compound, parts);
  }
  return found;
}

/** Plain words of an instruction are the subject of any skill for it, and give nothing away. */
function literalsOf(instruction: string): Map<string, readonly string[]> {
  const { atoms, compounds } = unitsOf(instruction);
  const names = Array.from(instruction.matchAll(/(?<![.!?:]\s+|^)\b(\p{Lu}[\p{L}\p{M}]{2,})/gu), ([name]) =>
    normalised(name),
  );
  const numbers = [...atoms].filter((atom) => /\d/.test(atom) && !isShortNumber(atom));
  const single = [...numbers, ...names].map((atom) => [atom, [atom]] as const);
  return new Map<string, readonly string[]>([...compounds, ...single]);
}

function linesOf(texts: readonly string[]): Set<string> {
  const lines = texts
    .flatMap((text) => text.split("\n"))
    .filter((line) => atomsOf(normalised(line)).length > 2);
  return new Set(lines.map(squeezed).filter((line) => line.length >= LETTERS_OF_LINE));
}

function runsOf(text: string): Set<string> {
  const atoms = atomsOf(normalised(text));
  const count = Math.max(0, atoms.length - WORDS_OF_RUN + 1);
  return new Set(
    Array.from({ length: count }, (_, i) => squeezed(atoms.slice(i, i + WORDS_OF_RUN).join(""))),
  );
}
