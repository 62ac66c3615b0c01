import { atBoundary, MERGED_TURNS } from "../shapes/boundary.ts";
import { saysNothing } from "../../../analyse/transcript.ts";

/** Leaves out texts and messages that say nothing, and gives an empty result words: providers refuse both. */
export const dropEmptyParts = atBoundary({
  name: "drop-empty-parts",
  part: "model",
  title: "Send no empty texts, messages or results",
  helper: "createWithoutBlanks",
  types: ["ContentBlock", "Kernel", "Message", "ModelReply", "ModelRequest"],
  kinds: { "invalid-request": 0.9, "empty-reply": 0.3 },
  seen: saysNothing,
  why: "an empty text, message or result is refused, or taken for the end",
  code: (name) => `/** Asks the model without parts that say nothing; an empty result says so. */
async function ${name}(kernel: Kernel, original: ModelRequest): Promise<ModelReply> {
  const isBlank = (content: Message["content"]): boolean =>
    typeof content === "string" ? content.trim() === "" : content.every((block) => block.type === "text" && block.text.trim() === "");
  const request = { ...original, messages: original.messages.filter(({ content }) => !isBlank(content)) };
${MERGED_TURNS}
  const messages = turns.map(({ role, content }): Message => {
    const parts = content.filter((block) => block.type !== "text" || block.text.trim() !== "");
    const said = parts.map((block) =>
      block.type === "tool_result" && isBlank(block.content) ? { ...block, content: "(no output)" } : block,
    );
    return { role, content: said };
  });
  return kernel.model.create(messages.length > 0 ? { ...request, messages } : original);
}`,
});
