/**
 * Runs regular expressions that come from skills and lessons. They are evolvable text, so an expression may be one that
 * backtracks for ages: the text it sees is capped and its time is limited.
 */
import { createContext, Script, type Context } from "node:vm";

/** Characters kept from each end of a longer text. */
const MATCHED_END_CHARS = 200_000;

/** Far more than a sane expression needs for such a text, so that a busy machine does not change a reply. */
const TIMEOUT_MS = 1_000;

/** The groups of a match, the whole match first. */
export type Groups = readonly (string | undefined)[];

/** A piece of a text: from its first character up to the one behind its last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Match {
  /** Of `matchedValue`. */
  readonly value: string;
  readonly at: Span;
  /** The whole match. */
  readonly whole: Span;
}

/** The expression did not come to an end in time. */
export class SlowPattern extends Error {
  override readonly name = "SlowPattern";
  constructor(pattern: RegExp) {
    super(`the expression \`${pattern.source}\` takes too long on this text: it backtracks`);
  }
}

/** @throws SlowPattern */
export function matchFirst(pattern: RegExp, text: string): Groups | undefined {
  return matches(pattern, text)[0];
}

/** @throws SlowPattern */
export function matchAll(pattern: RegExp, text: string): Groups[] {
  return matches(new RegExp(pattern.source, `${pattern.flags}g`), text);
}

/** All matches with where they stand. @throws SlowPattern */
export function locateAll(pattern: RegExp, text: string): Match[] {
  const located = new RegExp(pattern.source, `${pattern.flags}dg`);
  return run(located, text).flatMap(({ groups, places }) => {
    const at = groups.findIndex((group, index) => index > 0 && group !== undefined);
    const value = places[Math.max(at, 0)];
    const whole = places[0];
    return value === undefined || whole === undefined
      ? []
      : [{ value: matchedValue(groups), at: value, whole }];
  });
}

/** What a match stands for: the first group that took part, or all of it when there are no groups. */
export function matchedValue(groups: Groups): string {
  return groups.slice(1).find((group) => group !== undefined) ?? groups[0] ?? "";
}

function matches(pattern: RegExp, text: string): Groups[] {
  return run(pattern, text).map(({ groups }) => groups);
}

interface Found {
  readonly groups: Groups;
  /** Of each group; empty for an expression without the flag `d`. */
  readonly places: readonly (Span | undefined)[];
}

function run(pattern: RegExp, text: string): Found[] {
  room ??= { context: createContext({}), script: new Script(SCRIPT) };
  Object.assign(room.context, { pattern, text: capped(text) });
  try {
    const found: Iterable<RegExpExecArray> = room.script.runInContext(room.context, { timeout: TIMEOUT_MS });
    return Array.from(found, (match) => {
      const places = Array.from(match.indices ?? [], (place) => place && { from: place[0], to: place[1] });
      return { groups: [...match], places };
    });
  } catch (error) {
    if (isTimeout(error)) throw new SlowPattern(pattern);
    throw error;
  }
}

/** `vm` is the one way to stop an expression that has begun; the context is only there for its time limit. */
const SCRIPT = "pattern.global ? [...text.matchAll(pattern)] : [pattern.exec(text)].filter(Boolean)";
let room: { context: Context; script: Script } | undefined;

function capped(text: string): string {
  if (text.length <= 2 * MATCHED_END_CHARS) return text;
  return `${text.slice(0, MATCHED_END_CHARS)}\n${text.slice(-MATCHED_END_CHARS)}`;
}

function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
