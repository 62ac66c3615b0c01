/** Which lines of the harness are to blame: coverage, stacks, dependence and words, joined into one order. */
import { loadTypeScript } from "../../../guardrails/syntax.ts";
import type { Trace } from "../../failure.ts";
import { featuresOf } from "./features.ts";
import type { Features } from "./features.ts";
import { unitsOf } from "./units.ts";
import type { Role, Unit } from "./units.ts";

/** A statement, or the head of a branch. */
export interface RankedLine {
  /** Path in the genome, `harness/loop.ts`. */
  readonly file: string;
  /** Closest named function; empty at the top of a file. */
  readonly fn: string;
  /** First line of the statement, 1-based. */
  readonly line: number;
  /** Last line of the statement. */
  readonly end: number;
  /** 0 to 1. */
  readonly score: number;
  /** What speaks for it, for people. */
  readonly why: string;
}

/**
 * Best first; empty when no failing run executed anything of `genome`. `genome` has texts by path, and only those under
 * `harness/` are looked at. Never throws for what is in the traces.
 */
export async function localise(
  failing: readonly Trace[],
  passing: readonly Trace[],
  genome: ReadonlyMap<string, string>,
): Promise<readonly RankedLine[]> {
  const ts = await loadTypeScript();
  const files = [...genome].flatMap(([path, text]) => {
    const file = traced(path);
    return file === undefined ? [] : [unitsOf(ts, file, text)];
  });
  const units = files.flatMap((file) => file.units);
  const features = featuresOf(files, failing, passing);
  return units
    .flatMap((unit, at) => {
      const found = features[at];
      return found ? [{ unit, found, score: scoreOf(unit, found) }] : [];
    })
    .toSorted((a, b) => b.score - a.score)
    .filter(firstOfLine())
    .map(({ unit, found, score }) => ({
      file: unit.file,
      fn: unit.fn,
      line: unit.line,
      end: unit.end,
      score: Math.min(1, score),
      why: reasonOf(unit, found),
    }));
}

/** A line is told once, however many statements it has. */
function firstOfLine(): (each: { readonly unit: Unit }) => boolean {
  const told = new Set<string>();
  return ({ unit: { file, line } }) => {
    const place = `${file}:${line}`;
    return !told.has(place) && told.add(place).has(place);
  };
}

/** `harness/loop.ts:act:72 0.84`, or without a function `harness/loop.ts::15 0.31`. */
export function printed({ file, fn, line, score }: RankedLine): string {
  return `${file}:${fn}:${line} ${score.toFixed(2)}`;
}

/** The genome of a home under the names that traces use, whichever folder the home keeps its harness in. */
export function asTraced(genome: ReadonlyMap<string, string>, harness: string): Map<string, string> {
  return new Map(
    [...genome].flatMap(([path, text]) =>
      path.startsWith(`${harness}/`) ? [[`harness/${path.slice(harness.length + 1)}`, text] as const] : [],
    ),
  );
}

/** Other paths are left out. */
function traced(path: string): string | undefined {
  const at = path.search(/(?:^|\/)harness\/[^]*\.ts$/);
  return at < 0 ? undefined : path.slice(at).replace(/^\//, "");
}

/** Fitted on faults of our own, planted at random into a harness; `place` and `said` are for words of the function and the unit. */
const WEIGHTS = {
  ochiai: 0.25,
  dstar: 0.15,
  flow: 0.03,
  stack: 0.5,
  words: 0.1,
  place: 0.1,
  smell: 0.6,
  /** What a cause that the record shows takes from coverage, and gives to words. */
  ranLess: 0.6,
  saidMore: 2.5,
};

/** Faults of harnesses sit in conditions and in what changes state first (a survey of 156 faults in 70 harnesses). */
const ROLES: Record<Role, number> = {
  branch: 0.2,
  effect: 0.25,
  exit: 0.15,
  constant: 0.05,
  value: 0.05,
  head: 0,
};

function scoreOf(
  unit: Unit,
  { ochiai, dstar, flow, stack, words, place, smell, certainty }: Features,
): number {
  const [ran, said] = [1 - WEIGHTS.ranLess * certainty, 1 + WEIGHTS.saidMore * certainty];
  return (
    ran * WEIGHTS.ochiai * ochiai +
    ran * WEIGHTS.dstar * dstar +
    WEIGHTS.flow * flow +
    WEIGHTS.stack * stack +
    said * WEIGHTS.words * words +
    said * WEIGHTS.place * place +
    WEIGHTS.smell * smell +
    ROLES[unit.role]
  );
}

function reasonOf(_unit: Unit, { counts, seen, stack, words, place, smells }: Features): string {
  return [
    ...(stack >= 0.5 ? ["on the stack"] : []),
    `${seen} in ${counts.failed} of ${counts.allFailed} failures and ${counts.passed} of ${counts.allPassed} successes`,
    ...(smells === undefined ? [] : [smells]),
    ...(Math.max(words, place) >= 0.5 ? ["its words are those of the failure"] : []),
  ].join("; ");
}
