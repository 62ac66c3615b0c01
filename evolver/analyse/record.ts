/** A run as text, for a language model to read. */
import type { Trace } from "../failure.ts";
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";

/**
 * A run as the agent saw it, with the numbers of its events; long texts and the middle of long runs are left out. What the
 * verifier said is not part of it, here or anywhere.
 */
export function record(trace: Trace, number: number): string {
  const lines = trace.events.flatMap((event, step): string[] => {
    const told = textOf(event);
    return told === undefined ? [] : [`${step}: ${told}`];
  });
  const left = Math.max(0, lines.length - MOST_EVENTS);
  // The first events say what was asked, the last ones how it ended.
  const kept =
    left === 0 ? lines : [...lines.slice(0, 6), `… ${left} events left out …`, ...lines.slice(6 + left)];
  return `<record run="${number}">\ninstruction: ${clip(trace.run.instruction)}\n${kept.join("\n")}\n</record>`;
}

const MOST_EVENTS = 24;
const LONGEST_TEXT = 700;

/** Undefined for what says nothing about the cause. */
function textOf(event: TrajectoryEvent): string | undefined {
  switch (event.kind) {
    case "model_called":
      return event.error
        ? `model refused: ${event.error.code}: ${clip(event.error.message)}`
        : `model: ${clip(JSON.stringify(event.reply?.content ?? []))}`;
    case "tool_called":
      return `tool ${event.name} ${clip(JSON.stringify(event.input))} → ${event.result.is_error ? "ERROR " : ""}${clip(event.result.content)}`;
    case "skill_loaded":
      return `skill ${event.name} ${event.found ? "loaded" : "not found"}`;
    case "harness_exited":
      return event.error ? `harness threw: ${clip(event.error.stack)}` : undefined;
    case "budget_reached":
      return `budget reached: ${event.limit} ${event.spent}/${event.cap}`;
    case "finished":
      return `finished as ${event.status}: ${clip(event.summary)}`;
    case "protocol_broken":
      return `protocol broken: ${clip(event.detail)}`;
    case "run_started":
    case "skills_searched":
    case "noted":
    case "verified":
    case "feedback_given":
    case "run_ended":
      return undefined;
    default:
      return event satisfies never;
  }
}

function clip(text: string): string {
  const safe = text.replaceAll("</record>", "</ record>");
  if (safe.length <= LONGEST_TEXT) return safe;
  return `${safe.slice(0, LONGEST_TEXT / 2)} … ${safe.slice(-LONGEST_TEXT / 2)}`;
}
