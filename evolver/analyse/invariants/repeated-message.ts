import type { ContentBlock, Message } from "../../../runtime/kernel/protocol.ts";
import type { Detector } from "../detector.ts";
import { blocksOf, stepOf } from "../view.ts";

/** Each message is stored once: what the model said once stands in a request once, and so do results and the task. */
export const repeatedMessage: Detector = (view) => {
  // What another system sent to its model is not known, only what it said.
  if (view.imported) return undefined;
  const said = new Map<string, number>();
  for (const { index, event } of view.models) {
    const fault = faultIn(view.requests.get(index) ?? [], said);
    if (fault) {
      return {
        category: "repeated-message",
        template: fault,
        step: index,
        component: "harness",
        score: 0.97,
        evidence: `in request ${stepOf(event)} ${fault}`,
      };
    }
    for (const key of keysOf(event.reply?.content ?? [])) said.set(key, (said.get(key) ?? 0) + 1);
  }
  return undefined;
};

function faultIn(messages: readonly Message[], said: ReadonlyMap<string, number>): string | undefined {
  const seen = new Map<string, number>();
  const answered = new Set<string>();
  const task = taskOf(messages[0]);
  for (const [at, message] of messages.entries()) {
    const blocks = blocksOf(message);
    if (message.role === "assistant") {
      for (const key of keysOf(blocks)) {
        const times = (seen.get(key) ?? 0) + 1;
        seen.set(key, times);
        // A conversation that the run was begun with may hold more than the run has heard.
        const heard = said.get(key);
        if (heard !== undefined && times > heard) return "a reply is stored twice";
      }
    }
    for (const block of blocks) {
      if (block.type === "tool_result") {
        if (answered.has(block.tool_use_id)) return "a result is stored twice";
        answered.add(block.tool_use_id);
      }
      if (at > 0 && block.type === "text" && block.text === task && message.role === "user")
        return "the first message is stored twice";
    }
  }
  return undefined;
}

/** Short words may be said twice; a call has an id. */
function keysOf(blocks: readonly ContentBlock[]): string[] {
  return blocks.flatMap((block) => {
    if (block.type === "tool_use") return [`call ${block.id} ${block.name} ${JSON.stringify(block.input)}`];
    return block.type === "text" && block.text.trim().length >= LONG ? [`text ${block.text.trim()}`] : [];
  });
}

const LONG = 40;

function taskOf(first: Message | undefined): string | undefined {
  const [block] = first ? blocksOf(first) : [];
  return block?.type === "text" && block.text.length >= LONG ? block.text : undefined;
}
