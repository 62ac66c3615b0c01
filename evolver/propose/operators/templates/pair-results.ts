import { atBoundary, MERGED_TURNS } from "../shapes/boundary.ts";
import { unpaired } from "../../../analyse/transcript.ts";

/**
 * Sends every call with its result next to it: a call without a result gets an error result, a result without a call is
 * dropped, results stand in the order of their calls. Answers requests that were refused for their pairs, after a cut
 * through the conversation, an abort, or results that came out of order.
 */
export const pairResults = atBoundary({
  name: "pair-results",
  part: "model",
  title: "Send each call with its result next to it",
  helper: "createPaired",
  types: ["ContentBlock", "Kernel", "Message", "ModelReply", "ModelRequest"],
  kinds: { "invalid-request": 1, "broken-pairing": 1, "harness-error": 0.2, "wrong-result": 0.3 },
  seen: unpaired,
  why: "each call has to be answered once, in the message after it and in the order of the calls",
  code: (
    name,
  ) => `/** Asks the model with each call answered once, next to it: by an error result when there is no other. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
${MERGED_TURNS}
  const isOpen = turns.at(-1)?.role === "assistant" && turns.at(-1)?.content.some((block) => block.type === "tool_use");
  if (isOpen) turns.push({ role: "user", content: [] });
  const messages = turns.map(({ role, content }, at): Message => {
    if (role === "assistant") return { role, content: content.filter((block) => block.type !== "tool_result") };
    const calls = (turns[at - 1]?.content ?? []).filter((block) => block.type === "tool_use");
    const results = calls.map(
      ({ id }): ContentBlock =>
        content.findLast((block) => block.type === "tool_result" && block.tool_use_id === id) ??
        { type: "tool_result", tool_use_id: id, content: "error: this call has no result", is_error: true },
    );
    const rest = content.filter((block) => block.type !== "tool_result" && block.type !== "tool_use");
    const blocks = [...results, ...rest];
    return { role, content: blocks.length > 0 ? blocks : [{ type: "text", text: "Go on." }] };
  });
  return kernel.model.create({ ...request, messages });
}`,
});
