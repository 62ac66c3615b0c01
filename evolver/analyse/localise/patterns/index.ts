/**
 * Patterns of mistakes, after those that linters and FindBugs know (Hovemeyer and Pugh, "Finding bugs is easy", 2004): each
 * needs the code alone. Good code has some of them, too; that is why runs and words have their say besides.
 */
import type { SourceFile, Ts } from "../../../../guardrails/syntax.ts";
import { argumentsLeftOff, constantArguments, fieldsLeftOut, neverRead } from "./connections.ts";
import { codeOf } from "./code.ts";
import type { Code, Finding } from "./code.ts";
import { backwardsGuards, negatedNames, repeatedValues } from "./conditions.ts";
import { against, notAwaited } from "./order.ts";
import { charactersForBytes, convertedTwice, dividedByShare, halved } from "./measures.ts";
import { halfUsedSets, namedInComment, neverChanged, sharedState } from "./state.ts";

const PATTERNS: readonly ((code: Code) => Finding[])[] = [
  argumentsLeftOff,
  constantArguments,
  fieldsLeftOut,
  neverRead,
  backwardsGuards,
  negatedNames,
  repeatedValues,
  notAwaited,
  against,
  convertedTwice,
  dividedByShare,
  charactersForBytes,
  halved,
  sharedState,
  neverChanged,
  halfUsedSets,
  namedInComment,
];

export function patternsIn(ts: Ts, files: ReadonlyMap<string, SourceFile>): Finding[] {
  const code = codeOf(ts, files);
  return PATTERNS.flatMap((pattern) => pattern(code));
}
