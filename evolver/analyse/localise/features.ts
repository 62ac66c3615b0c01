/** What speaks for each unit of code, each from 0 to 1. */
import { framesOf } from "../stack.ts";
import type { Trace } from "../../failure.ts";
import { bm25 } from "./bm25.ts";
import { countsOf, dstar, executedIn, ochiai } from "./spectrum.ts";
import type { Counts, Executed } from "./spectrum.ts";
import { factWords } from "./fact-words.ts";
import { symptomsOf } from "./symptoms.ts";
import { smellsOf } from "./smells.ts";
import type { Finding } from "./patterns/code.ts";
import type { FileUnits, FunctionText, Unit } from "./units.ts";

export interface Features {
  readonly ochiai: number;
  readonly dstar: number;
  /** The most suspicious that anything in its function is, by `ochiai`. */
  readonly whole: number;
  readonly stack: number;
  /** Agreement of its words with those of the failures. */
  readonly words: number;
  /** How far words may be believed, the same for all. */
  readonly certainty: number;
  /** Agreement of its words with those of what failing runs visibly do; the same of its function and of those that it calls. */
  readonly fact: number;
  readonly place: number;
  readonly called: number;
  /** What a reader of the code would stumble over: in names and numbers, and in how the code is put together. */
  readonly smell: number;
  readonly pattern: number;
  readonly oddities: readonly string[];
  /** The runs in which the strongest observation about it was made. */
  readonly counts: Counts;
  /** The observation: it ran, one of its arms ran or did not, the line was on a stack. */
  readonly seen: string;
}

/** In the order of the units of `files`. Undefined for a unit that no failing run executed: what did not run broke nothing. */
export function featuresOf(
  files: readonly FileUnits[],
  findings: readonly Finding[],
  failing: readonly Trace[],
  passing: readonly Trace[],
): (Features | undefined)[] {
  const units = files.flatMap((file) => file.units);
  const functions = files.flatMap((file) => file.functions);
  const smells = smellsOf(units, new Map(files.map(({ file, dangling }) => [file, dangling])));
  const failed = executedIn(failing);
  const passed = executedIn(passing);
  const observed = units.map((unit) => strongest(unit, usersOf(unit, units), failed, passed));
  const { words: query, certainty } = symptomsOf(failing, passing);
  const facts = factWords(failing, passing);
  const texts = units.map((unit) => unit.words);
  const words = bm25(texts, query);
  const told = bm25(texts, facts);
  const places = placesOf(functions, facts);
  const whole = wholeOf(units, observed);
  const stacks = stackOf(units, failing);
  return units.map((unit, at) => {
    const observation = observed[at];
    if (!observation) return undefined;
    const found = findings.filter(
      ({ file, line }) => file === unit.file && line >= unit.line && line <= unit.end,
    );
    const smell = smells[at];
    return {
      ochiai: ochiai(observation.counts),
      dstar: dstar(observation.counts),
      whole: whole.get(functionOf(unit)) ?? 0,
      stack: stacks[at] ?? 0,
      words: words[at] ?? 0,
      certainty,
      fact: told[at] ?? 0,
      place: places.get(functionOf(unit)) ?? 0,
      called: Math.max(0, ...[...unit.calls].map((name) => places.get(name) ?? 0)),
      smell: smell?.strength ?? 0,
      pattern: Math.max(0, ...found.map(({ strength }) => strength)),
      oddities: [...(smell ? [smell.why] : []), ...found.flatMap(clear)],
      counts: observation.counts,
      seen: observation.seen,
    };
  });
}

/** Weak findings count, and are not worth telling. */
function clear({ strength, why }: Finding): string[] {
  return strength >= 0.3 ? [why] : [];
}

function functionOf({ file, fn }: Unit | FunctionText): string {
  return `${file}:${fn}`;
}

/** By place, and by bare name for those who only know what they call. */
function placesOf(
  functions: readonly FunctionText[],
  query: ReadonlyMap<string, number>,
): Map<string, number> {
  const scores = bm25(
    functions.map((each) => each.words),
    query,
  );
  const places = new Map<string, number>();
  for (const [at, each] of functions.entries()) {
    const score = scores[at] ?? 0;
    places.set(functionOf(each), score);
    places.set(each.fn, Math.max(places.get(each.fn) ?? 0, score));
  }
  return places;
}

function wholeOf(
  units: readonly Unit[],
  observed: readonly (Observation | undefined)[],
): Map<string, number> {
  const whole = new Map<string, number>();
  for (const [at, unit] of units.entries()) {
    const observation = observed[at];
    const key = functionOf(unit);
    if (observation) whole.set(key, Math.max(whole.get(key) ?? 0, ochiai(observation.counts)));
  }
  return whole;
}

interface Observation {
  readonly strength: number;
  readonly counts: Counts;
  readonly seen: string;
}

/** Without coverage nothing is known of any unit, and all are alike. */
function strongest(
  unit: Unit,
  users: readonly Unit[],
  failed: readonly Executed[],
  passed: readonly Executed[],
): Observation | undefined {
  const ran =
    (line: number, file = unit.file) =>
    (run: Executed): boolean =>
      run.get(file)?.has(line) ?? false;
  const observe = (seen: string, holds: (run: Executed) => boolean): Observation => {
    const counts = countsOf(failed, passed, holds);
    return { counts, seen, strength: (ochiai(counts) + dstar(counts)) / 2 };
  };
  if (failed.length === 0) return observe("no coverage", () => true);
  const head = ran(unit.line);
  const inner = Array.from({ length: unit.end - unit.line }, (_, i) => unit.line + 1 + i);
  const observations = [
    ...(unit.role === "constant" ? [] : [observe("ran", head)]),
    ...[...unit.arms, ...inner.filter((line) => failed.some(ran(line)) || passed.some(ran(line)))].flatMap(
      (line) => [
        observe(`line ${line} ran`, ran(line)),
        observe(`line ${line} did not run`, (run) => head(run) && !ran(line)(run)),
      ],
    ),
    ...users.map((user) => observe(`used in line ${user.line} of ${user.file}`, ran(user.line, user.file))),
  ];
  if (!failed.some(head)) return undefined;
  return observations.toSorted((a, b) => b.strength - a.strength)[0];
}

/** The units that a constant takes part in. */
function usersOf(unit: Unit, units: readonly Unit[]): Unit[] {
  if (unit.role !== "constant") return [];
  return units.filter(
    (user) => user !== unit && [...unit.writes].some((name) => user.reads.has(name) || user.calls.has(name)),
  );
}

/** 1 for the innermost frame's line, less for each caller; lines of its function a little. */
function stackOf(units: readonly Unit[], failing: readonly Trace[]): number[] {
  const frames = failing.flatMap(({ events }) =>
    events.flatMap((event) =>
      event.kind === "harness_exited" && event.error ? [framesOf(event.error.stack)] : [],
    ),
  );
  return units.map((unit) =>
    Math.max(
      0,
      ...frames.flatMap((stack) =>
        stack.map((frame, depth) => {
          if (frame.file !== unit.file) return 0;
          if (frame.line >= unit.line && frame.line <= unit.end) return 1 / (1 + depth / 2);
          return frame.fn === unit.fn && unit.fn !== "" ? 0.4 / (1 + depth) : 0;
        }),
      ),
    ),
  );
}
