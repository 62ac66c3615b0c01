import { atBoundary, MERGED_TURNS } from "../shapes/boundary.ts";
import { repeatsMessage } from "../../../analyse/transcript.ts";

/** Sends a message, a call or a result once that stands in the conversation twice, wherever that comes from. */
export const sendOnce = atBoundary({
  name: "send-once",
  part: "model",
  title: "Send each message once",
  helper: "createWithoutRepeats",
  types: ["ContentBlock", "Kernel", "Message", "ModelReply", "ModelRequest"],
  kinds: { "repeated-message": 0.9, "invalid-request": 0.4, "broken-pairing": 0.3 },
  seen: repeatsMessage,
  why: "what is sent twice is read twice",
  code: (name) => `/** Asks the model; a message, call or result that follows itself is sent once. */
async function ${name}(kernel: Kernel, original: ModelRequest): Promise<ModelReply> {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const request = { ...original, messages: original.messages.filter((message, at, all) => !same(message, all[at - 1])) };
${MERGED_TURNS}
  const once = (content: ContentBlock[]): ContentBlock[] =>
    content.filter((block, at) => content.findIndex((other) => same(block, other)) === at);
  const messages = turns.map(({ role, content }): Message => ({ role, content: once(content) }));
  return kernel.model.create({ ...request, messages });
}`,
});
