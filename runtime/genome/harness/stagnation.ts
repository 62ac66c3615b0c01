/** Notices when a run goes round in circles: the same calls with the same results, over and over. */
import type { ToolUseBlock } from "ratchet-agent/protocol";
import type { Outcome } from "./dispatch.ts";

/** Rounds that make a circle, and the longest round that is looked for, in steps. */
const ROUNDS = 3;
const MAX_PERIOD = 3;
/** Nudges that may be ignored before the run ends. */
const MAX_IGNORED = 2;
/** Steps without a circle after which a nudge counts as heeded. */
const HEEDED_AFTER = ROUNDS * MAX_PERIOD;

/** Spells that differ between two runs of the same thing. */
const VOLATILE: readonly RegExp[] = [
  /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g,
  /\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\b/g,
  /\b\d+(?:\.\d+)?\s?(?:ns|µs|us|ms|s|secs?|seconds?|m|mins?|minutes?)\b/g,
  /\bpid[\s:=]*\d+/gi,
  /\b0x[\da-f]+\b/gi,
];

export interface Stagnation {
  /** Fingerprints of the steps since the last real user message or nudge. */
  window: string[];
  ignored: number;
}

export function newStagnation(): Stagnation {
  return { window: [], ignored: 0 };
}

/** A person spoke: what was before says nothing about what comes now. */
export function forget(stagnation: Stagnation): void {
  stagnation.window = [];
  stagnation.ignored = 0;
}

/** Takes note of a step. `nudge`: tell the model that it goes in circles; `stuck`: it was told and goes on. */
export function observe(stagnation: Stagnation, step: string): "moving" | "nudge" | "stuck" {
  stagnation.window.push(step);
  if (!goesInCircles(stagnation.window)) {
    if (stagnation.window.length >= HEEDED_AFTER) stagnation.ignored = 0;
    stagnation.window = stagnation.window.slice(-HEEDED_AFTER);
    return "moving";
  }
  if (stagnation.ignored >= MAX_IGNORED) return "stuck";
  stagnation.ignored += 1;
  stagnation.window = [];
  return "nudge";
}

/** What a step did and what came of it, without the parts that change by themselves. */
export function fingerprint(calls: readonly ToolUseBlock[], outcomes: readonly Outcome[]): string {
  const did = calls.map((call) => [call.name, sorted(call.input)]);
  return JSON.stringify([did, outcomes.map((outcome) => [outcome.isError, steady(outcome.text)])]);
}

function goesInCircles(window: readonly string[]): boolean {
  for (let period = 1; period <= MAX_PERIOD; period += 1) {
    const recent = window.slice(-period * ROUNDS);
    if (recent.length === period * ROUNDS && recent.every((step, i) => step === recent[i % period]))
      return true;
  }
  return false;
}

function steady(text: string): string {
  return VOLATILE.reduce((rest, spell) => rest.replace(spell, "~"), text);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
