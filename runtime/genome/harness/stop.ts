/** When a run is over, and how it says so. */
import type { Finish, FinishStatus, ModelReply } from "ratchet-agent/protocol";
import type { Outcome } from "./dispatch.ts";
import type { Run } from "./run.ts";

/** A command that prints this on a line of its own and succeeds ends the run: for models that cannot stop talking. */
export const COMPLETION_MARKER = "RATCHET_TASK_COMPLETE";
/** Last words that mean the task was not done; `prompts/system.md` asks for the first of them. */
const GIVING_UP: readonly RegExp[] = [
  /^I give up\b/im,
  /\bI do not know (?:how to do this|what to do about it|where I am)\b/i,
  /^(?:Step \d+|The skill \S+) cannot be followed\b/im,
];

export type Move = {
  readonly kind: "act" | "done" | "empty" | "cut" | "paused" | "refused";
  /** What the reply says to the person. */
  readonly text: string;
};

/** Calls are looked at before the reason for stopping, which some servers get wrong; but a cut reply runs none of its calls. */
export function nextMove(reply: ModelReply): Move {
  const text = textOf(reply);
  const hasCalls = reply.content.some((block) => block.type === "tool_use");
  if (reply.stop_reason === "max_tokens") return { kind: "cut", text };
  if (reply.stop_reason === "refusal") return { kind: "refused", text };
  if (hasCalls) return { kind: "act", text };
  if (reply.stop_reason === "pause_turn") return { kind: "paused", text };
  return { kind: text === "" ? "empty" : "done", text };
}

/** A marker in the model's own words, or in the output of a failed command, proves nothing. */
export function claimsCompletion(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(
    (outcome) =>
      outcome.exitCode === 0 && outcome.text.split("\n").some((line) => line.trim() === COMPLETION_MARKER),
  );
}

/** The model came to an end by itself. */
export function finished(text: string): Finish {
  return {
    status: GIVING_UP.some((words) => words.test(text)) ? "gave_up" : "done",
    summary: text || "Done.",
  };
}

/** The run ends early, with what it has and the reason. */
export function endWith(run: Run, status: FinishStatus, reason: string): Finish {
  return { status, summary: run.said === "" ? `Stopped: ${reason}.` : `${run.said}\n\nStopped: ${reason}.` };
}

function textOf(reply: ModelReply): string {
  const texts = reply.content.filter((block) => block.type === "text").map((block) => block.text.trim());
  return texts.filter((text) => text !== "").join("\n");
}
