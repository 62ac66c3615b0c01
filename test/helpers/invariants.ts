/** What must hold for every conversation that a harness sends to a model; a provider refuses most of what does not. */
import type { ContentBlock, Message, ModelRequest } from "../../runtime/kernel/protocol.ts";

/** @returns what is wrong with the request, in words; empty when all is well */
export function violations({ messages }: Pick<ModelRequest, "messages">): string[] {
  const blocks = messages.map(blocksOf);
  return [
    ...(messages[0]?.role === "user" ? [] : ["the first message is not from the user"]),
    ...(messages.at(-1)?.role === "user" ? [] : ["the last message is not from the user"]),
    ...messages.flatMap((message, i) =>
      message.role === messages[i - 1]?.role ? [`message ${i} repeats the role`] : [],
    ),
    ...blocks.flatMap((content, i) => (content.length === 0 ? [`message ${i} is empty`] : [])),
    ...blocks.flatMap((content, i) => content.flatMap((block) => blankText(block, i))),
    ...blocks.flatMap((content, i) => unansweredCalls(content, blocks[i + 1] ?? [], i)),
    ...blocks.flatMap((content, i) => strayResults(content, blocks[i - 1] ?? [], i)),
    ...blocks.flatMap((content, i) => misplaced(content, messages[i]?.role, i)),
    ...repeatedIds(blocks.flat()),
  ];
}

export function blocksOf(message: Message): ContentBlock[] {
  return typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
}

function blankText(block: ContentBlock, i: number): string[] {
  if (block.type === "text" && block.text.trim() === "") return [`message ${i} has an empty text part`];
  if (block.type !== "tool_result") return [];
  const text =
    typeof block.content === "string" ? block.content : block.content.map((part) => part.text).join("");
  return text.trim() === "" ? [`message ${i} has an empty result`] : [];
}

function unansweredCalls(content: ContentBlock[], next: ContentBlock[], i: number): string[] {
  const calls = content.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
  const results = next.flatMap((block) => (block.type === "tool_result" ? [block.tool_use_id] : []));
  if (calls.length === 0 || JSON.stringify(calls) === JSON.stringify(results)) return [];
  return [`calls [${calls.join()}] of message ${i} are answered by [${results.join()}]`];
}

function strayResults(content: ContentBlock[], previous: ContentBlock[], i: number): string[] {
  const calls = new Set(previous.flatMap((block) => (block.type === "tool_use" ? [block.id] : [])));
  return content.flatMap((block) =>
    block.type === "tool_result" && !calls.has(block.tool_use_id)
      ? [`message ${i} answers a call that was not made`]
      : [],
  );
}

function misplaced(content: ContentBlock[], role: string | undefined, i: number): string[] {
  const lastResult = content.findLastIndex((block) => block.type === "tool_result");
  const firstText = content.findIndex((block) => block.type === "text");
  return [
    ...(role === "assistant" && lastResult >= 0 ? [`message ${i} of the assistant holds a result`] : []),
    ...(role === "user" && content.some((block) => block.type === "tool_use")
      ? [`message ${i} of the user holds a call`]
      : []),
    ...(firstText >= 0 && firstText < lastResult ? [`message ${i} has text before its results`] : []),
    ...content.flatMap((block) =>
      block.type === "tool_use" &&
      (typeof block.input !== "object" || block.input === null || Array.isArray(block.input))
        ? [`message ${i} has a call whose input is not an object`]
        : [],
    ),
  ];
}

function repeatedIds(blocks: ContentBlock[]): string[] {
  const ids = blocks.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
  return ids.length === new Set(ids).size ? [] : ["an id is used by two calls"];
}
