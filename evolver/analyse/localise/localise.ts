/** Which lines of the harness are to blame: coverage, stacks, what runs visibly did, and patterns of mistakes, joined into one order. */
import { loadTypeScript } from "../../../guardrails/syntax.ts";
import type { Trace } from "../../failure.ts";
import { featuresOf } from "./features.ts";
import type { Features } from "./features.ts";
import { patternsIn } from "./patterns/index.ts";
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
  const findings = patternsIn(ts, new Map(files.map(({ file, ast }) => [file, ast])));
  const features = featuresOf(files, findings, failing, passing);
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
      why: reasonOf(found),
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

/**
 * Fitted by coordinate ascent on 36 faults planted into a harness, of nine families: the mean of the fits that each leave one
 * family out. Coverage and branches have a little more than that, so that they decide where there is nothing else. `fact`,
 * `place` and `called` are for what failing runs visibly do.
 */
const WEIGHTS = {
  ochiai: 0.15,
  dstar: 0.15,
  whole: 0.1,
  stack: 0.5,
  words: 0.07,
  fact: 0.18,
  place: 0.24,
  called: 0.07,
  smell: 0.4,
  pattern: 0.6,
  /** What a cause that the record shows takes from coverage, and gives to words. */
  ranLess: 0.14,
  saidMore: 0.08,
};

/** A branch has its arms to be judged by, too, and needs less. */
const ROLES: Record<Role, number> = {
  branch: 0.1,
  effect: 0.19,
  exit: 0.19,
  constant: 0.15,
  value: 0.12,
  head: 0,
};

function scoreOf(unit: Unit, found: Features): number {
  const { ochiai, words, certainty } = found;
  return (
    (WEIGHTS.ochiai - WEIGHTS.ranLess * certainty) * ochiai +
    WEIGHTS.dstar * found.dstar +
    WEIGHTS.whole * found.whole +
    WEIGHTS.stack * found.stack +
    (WEIGHTS.words + WEIGHTS.saidMore * certainty) * words +
    WEIGHTS.fact * found.fact +
    WEIGHTS.place * found.place +
    WEIGHTS.called * found.called +
    WEIGHTS.smell * found.smell +
    WEIGHTS.pattern * found.pattern +
    ROLES[unit.role]
  );
}

function reasonOf({ counts, seen, stack, words, fact, place, oddities }: Features): string {
  return [
    ...(stack >= 0.5 ? ["on the stack"] : []),
    `${seen} in ${counts.failed} of ${counts.allFailed} failures and ${counts.passed} of ${counts.allPassed} successes`,
    ...oddities,
    ...(Math.max(words, fact, place) >= 0.5 ? ["its words are those of the failure"] : []),
  ].join("; ");
}
