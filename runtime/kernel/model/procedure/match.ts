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

/** What a match stands for: the first group that took part, or all of it when there are no groups. */
export function matchedValue(groups: Groups): string {
  return groups.slice(1).find((group) => group !== undefined) ?? groups[0] ?? "";
}

function matches(pattern: RegExp, text: string): Groups[] {
  room ??= { context: createContext({}), script: new Script(SCRIPT) };
  Object.assign(room.context, { pattern, text: capped(text) });
  try {
    const found: Iterable<Iterable<string | undefined>> = room.script.runInContext(room.context, {
      timeout: TIMEOUT_MS,
    });
    return Array.from(found, (groups) => [...groups]);
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
