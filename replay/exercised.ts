/** Whether a trial really used what a patch changed. A fix that was never exercised is not a fix. */
import { diffLines } from "diff";
import type { TrajectoryEvent } from "../runtime/kernel/trajectory/events.ts";

/** A changed genome file, by its path in the release (`harness/…`, `prompts/…`, `skills/…`). */
export interface Change {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
}

/**
 * `yes` when every changed file was used in the trial: a changed line of harness code ran (V8 coverage), the changed
 * skill was loaded, the longest added line of a prompt was sent. `unknown` when the trial left no coverage.
 */
export function exercised(
  changes: readonly Change[],
  events: readonly TrajectoryEvent[],
): "yes" | "no" | "unknown" {
  const answers = changes.map((change) => exercisedFile(change, events));
  if (answers.includes("no")) return "no";
  return answers.includes("unknown") ? "unknown" : "yes";
}

function exercisedFile(change: Change, events: readonly TrajectoryEvent[]): "yes" | "no" | "unknown" {
  const [part] = change.path.split("/");
  switch (part) {
    case "harness":
      return codeRan(change, events);
    case "skills":
      return skillLoaded(change, events) ? "yes" : "no";
    case "prompts":
      return promptSent(change, events) ? "yes" : "no";
    default:
      return "unknown";
  }
}

/** Changed lines of harness code that no trial has shown at work. */
export interface Dormant {
  readonly dormant: number;
  /** Those of them that can ask the kernel for something: what they would do to the world, nobody has seen. */
  readonly acting: number;
  /** Changed lines altogether. */
  readonly of: number;
}

/** Heads of functions and the like are not counted. */
export function dormantLines(
  changes: readonly Change[],
  trials: readonly (readonly TrajectoryEvent[])[],
): Dormant {
  const exits = trials.flatMap((events) => events.filter((event) => event.kind === "harness_exited"));
  let [dormant, acting, of] = [0, 0, 0];
  for (const change of changes.filter(({ path }) => path.startsWith("harness/"))) {
    const ran = new Set(exits.flatMap(({ coverage }) => coverage?.[change.path] ?? []));
    const telling = tellingLines(change);
    const texts = change.after.split("\n");
    const asleep = telling.filter((line) => !ran.has(line));
    of += telling.length;
    dormant += asleep.length;
    acting += asleep.filter((line) => CAN_ACT.test(texts[line - 1] ?? "")).length;
  }
  return { dormant, acting, of };
}

/** A harness acts through the kernel only, and every way to it is a promise. */
const CAN_ACT = /\bawait\b|\bkernel\b|\.\s*(?:then|call|create|search|load|note)\s*\(|\[[^\]]*\]\s*\(/;

function codeRan(change: Change, events: readonly TrajectoryEvent[]): "yes" | "no" | "unknown" {
  const exit = events.find((event) => event.kind === "harness_exited");
  if (exit?.coverage === undefined) return "unknown";
  const ran = new Set(exit.coverage[change.path] ?? []);
  const telling = tellingLines(change);
  return (telling.length > 0 ? telling : changedLines(change)).some((line) => ran.has(line)) ? "yes" : "no";
}

function tellingLines(change: Change): number[] {
  const texts = change.after.split("\n");
  return [...new Set(changedLines(change))].filter((line) => !RUNS_ANYWAY.test(texts[line - 1] ?? ""));
}

/** Blank lines, comments, brackets, and heads of functions and types: they count as run also when nothing in them did. */
const RUNS_ANYWAY =
  /^\s*(?:(?:\/\/|\/\*|\*).*|[\])}[({;,\s]*|(?:import|(?:export\s+)?(?:type|interface|(?:default\s+)?(?:async\s+)?function|class))\b.*)$/;

/** Lines of the new text that were added or changed; where lines were only taken out, the line that follows. */
function changedLines(change: Change): number[] {
  const lines: number[] = [];
  let at = 1;
  for (const part of diffLines(change.before ?? "", change.after)) {
    const count = part.count;
    if (part.added) lines.push(...Array.from({ length: count }, (_, i) => at + i));
    if (part.removed) lines.push(at);
    else at += count;
  }
  return lines;
}

function skillLoaded(change: Change, events: readonly TrajectoryEvent[]): boolean {
  const name = change.path.split("/")[1];
  return events.some((event) => event.kind === "skill_loaded" && event.found && event.name === name);
}

/** The longest added line was in the text that went to the model; where text was only taken out, it was missing there. */
function promptSent(change: Change, events: readonly TrajectoryEvent[]): boolean {
  const parts = diffLines(change.before ?? "", change.after);
  const sent = events
    .filter((event) => event.kind === "model_called")
    .map(({ request }) => sentText(request));
  const added = longestLine(parts.filter((part) => part.added));
  if (added !== undefined) return sent.some((text) => text.includes(added));
  const removed = longestLine(parts.filter((part) => part.removed));
  return removed !== undefined && sent.some((text) => text !== "" && !text.includes(removed));
}

function longestLine(parts: readonly { readonly value: string }[]): string | undefined {
  const lines = parts.flatMap(({ value }) => value.split("\n")).map((line) => line.trim());
  return lines.filter((line) => line !== "").toSorted((a, b) => b.length - a.length)[0];
}

function sentText(request: Extract<TrajectoryEvent, { kind: "model_called" }>["request"]): string {
  const parts = request.messages.flatMap(({ content }) =>
    typeof content === "string"
      ? [content]
      : content.map((block) => (block.type === "text" ? block.text : "")),
  );
  return [request.system ?? "", ...parts].join("\n");
}
