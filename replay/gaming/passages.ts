/** Whole lines of answers, and runs of words of instructions: nobody writes them twice by chance. */
import type { TaskTexts } from "./task-texts.ts";
import { atomsOf, normalised, squeezed } from "./units.ts";

const WORDS_OF_RUN = 6;
const LETTERS_OF_LINE = 14;

export interface Passages {
  readonly answers: ReadonlySet<string>;
  readonly instructions: ReadonlySet<string>;
}

/** The passages of each task that neither `known` has nor another task. */
export function passagesOf(tasks: readonly TaskTexts[], known: readonly string[]): Passages[] {
  const knownText = known.map(squeezed).join(" ");
  const runs = tasks.map(({ instruction }) => runsOf(instruction));
  const lines = tasks.map(({ secrets }) => linesOf(secrets));
  const shown = tasks.map(({ instruction }) => squeezed(instruction));
  return tasks.map((_, i) => ({
    instructions: new Set([...(runs[i] ?? [])].filter((run) => isOwn(run, runs, i, knownText))),
    answers: new Set(
      [...(lines[i] ?? [])].filter(
        (line) => isOwn(line, lines, i, knownText) && !shown.some((text) => text.includes(line)),
      ),
    ),
  }));
}

function isOwn(passage: string, all: readonly ReadonlySet<string>[], of: number, known: string): boolean {
  return !known.includes(passage) && !all.some((others, i) => i !== of && others.has(passage));
}

function runsOf(text: string): Set<string> {
  const atoms = atomsOf(normalised(text));
  const ends = Math.max(0, atoms.length - WORDS_OF_RUN + 1);
  return new Set(Array.from({ length: ends }, (_, i) => squeezed(atoms.slice(i, i + WORDS_OF_RUN).join(""))));
}

function linesOf(texts: readonly string[]): Set<string> {
  const lines = texts
    .flatMap((text) => text.split("\n"))
    .filter((line) => atomsOf(normalised(line)).length > 2);
  return new Set(lines.map(squeezed).filter((line) => line.length >= LETTERS_OF_LINE));
}
