import type { Message } from "../../../runtime/kernel/protocol.ts";
import type { Detector } from "../detector.ts";
import { blocksOf, textOf, stepOf } from "../view.ts";
import type { View } from "../view.ts";

/** Each call is answered once, in the message after it, with the result that it had. */
export const brokenPairing: Detector = (view) => {
  for (const { index, event } of view.models) {
    // What came before the last message that both share was looked at before.
    const first = Math.max(0, event.request.shared - 2);
    const messages = view.requests.get(index, first) ?? [];
    const fault = faultIn(messages, Math.max(0, event.request.shared - 1) - first);
    if (fault) return found(view, index, fault, `in request ${stepOf(event)} ${fault}`);
  }
  return swapped(view);
};

function found(view: View, step: number, template: string, evidence: string): ReturnType<Detector> {
  return {
    category: "broken-pairing",
    template,
    step,
    component: "harness",
    // In an imported run the breach may be the transcript's own.
    score: view.imported ? 0.985 / 2 : 0.985,
    evidence,
  };
}

function faultIn(messages: readonly Message[], from: number): string | undefined {
  let asked = callsOf(messages[from - 1]);
  for (let at = from; at < messages.length; at += 1) {
    const message = messages[at];
    if (!message) break;
    const answered = blocksOf(message).flatMap((block) =>
      block.type === "tool_result" ? [block.tool_use_id] : [],
    );
    const answers = new Set(answered);
    const calls = new Set(asked);
    if (asked.some((id) => !answers.has(id))) return "a call has no result";
    if (answered.some((id) => !calls.has(id))) return "a result has no call before it";
    if (answers.size < answered.length) return "a call is answered twice";
    if (asked.some((id, place) => id !== answered[place]))
      return "results are not in the order of their calls";
    asked = callsOf(message);
  }
  return asked.length > 0 ? "a call has no result" : undefined;
}

function callsOf(message: Message | undefined): string[] {
  if (message?.role !== "assistant") return [];
  return blocksOf(message).flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
}

/** A call that was shown what a sibling of the same batch had brought. */
function swapped(view: View): ReturnType<Detector> {
  // Of a call that was tried again, the last result counts.
  const latest = new Map(view.calls.map(({ index, event }) => [event.call_id, index]));
  for (const call of view.calls) {
    if (!call.shown || latest.get(call.event.call_id) !== call.index) continue;
    const { content } = call.event.result;
    const text = textOf(call.shown);
    if (content.trim() === "" || text.includes(content.trim().slice(0, 200))) continue;
    const other = view.calls.find(
      ({ index, event }) =>
        index !== call.index &&
        event.call_id !== call.event.call_id &&
        event.step === call.event.step &&
        event.result.content.trim().length >= 3 &&
        event.result.content !== content &&
        text.includes(event.result.content.trim().slice(0, 200)),
    );
    if (!other) continue;
    const how = `the result of ${other.event.name} was shown as that of another call, ${call.event.name}`;
    return found(view, call.index, "a result is shown as that of another call", how);
  }
  return undefined;
}
