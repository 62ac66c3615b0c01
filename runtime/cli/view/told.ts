/** What was said to the model: by people, by another agent, or by the harness in their place. */
import { z } from "zod";
import { Message } from "../../kernel/protocol.ts";
import type { TrajectoryEvent } from "../../kernel/trajectory/events.ts";
import { cyan, fit, oneLine } from "../output.ts";

/** A line for each text that came in since the model was asked before. @param used columns that stand before it */
export function describeTold(event: TrajectoryEvent, used = 0): string[] {
  return messagesIn(event)
    .filter(({ role }) => role === "user")
    .flatMap(textsOf)
    .filter((text) => text.trim() !== "")
    .map((text) => fit(`${cyan("user:")} ${oneLine(text, 300)}`, used));
}

function messagesIn(event: TrajectoryEvent): readonly Message[] {
  if (event.kind === "model_called") return event.request.messages;
  // No request ever held what was said after the last reply of an imported run.
  if (event.kind !== "noted" || event.note !== "after_the_last_reply") return [];
  return z.array(Message).safeParse(event.data["messages"]).data ?? [];
}

function textsOf({ content }: Message): string[] {
  if (typeof content === "string") return [content];
  return content.flatMap((block) => (block.type === "text" ? [block.text] : []));
}
