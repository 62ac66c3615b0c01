/** What speaks for each unit of code, each from 0 to 1. */
import { framesOf } from "../stack.ts";
import type { Trace } from "../../failure.ts";
import { bm25 } from "./bm25.ts";
import { flowOf } from "./flow.ts";
import { countsOf, dstar, executedIn, ochiai } from "./spectrum.ts";
import type { Counts, Executed } from "./spectrum.ts";
import { symptomsOf } from "./symptoms.ts";
import { smellsOf } from "./smells.ts";
import type { FileUnits, Unit } from "./units.ts";

export interface Features {
  readonly ochiai: number;
  readonly dstar: number;
  /** From what it feeds: the most suspicious unit that reads what this one writes, or calls the function that it is in. */
  readonly flow: number;
  readonly stack: number;
  /** Agreement of its words, and of its function's, with those of the failures. */
  readonly words: number;
  readonly place: number;
  /** How far words may be believed, the same for all. */
  readonly certainty: number;
  /** What a reader of the code would stumble over. */
  readonly smell: number;
  readonly smells: string | undefined;
  /** The runs in which the strongest observation about it was made. */
  readonly counts: Counts;
  /** The observation: it ran, one of its arms ran or did not, the line was on a stack. */
  readonly seen: string;
}

/** In the order of the units of `files`. Undefined for a unit that no failing run executed: what did not run broke nothing. */
export function featuresOf(
  files: readonly FileUnits[],
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
  const words = bm25(
    units.map((unit) => unit.words),
    query,
  );
  const places = bm25(
    functions.map((each) => each.words),
    query,
  );
  const placeOf = new Map(functions.map(({ file, fn }, at) => [`${file}:${fn}`, places[at] ?? 0]));
  const stacks = stackOf(units, failing);
  const own = observed.map((observation) => (observation ? observation.strength : 0));
  const flow = flowOf(units, own);
  return units.map((unit, at) => {
    const observation = observed[at];
    if (!observation) return undefined;
    return {
      ochiai: ochiai(observation.counts),
      dstar: dstar(observation.counts),
      flow: flow[at] ?? 0,
      stack: stacks[at] ?? 0,
      words: words[at] ?? 0,
      place: placeOf.get(`${unit.file}:${unit.fn}`) ?? 0,
      certainty,
      smell: smells[at]?.strength ?? 0,
      smells: smells[at]?.why,
      counts: observation.counts,
      seen: observation.seen,
    };
  });
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
