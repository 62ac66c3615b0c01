/** What servers that speak the Messages API refuse with status 400, as far as a harness can get it wrong. */
import type { ContentBlock, ModelRequest } from "../../../../runtime/kernel/protocol.ts";
import { blocksOf } from "./view.ts";

interface Spoken {
  readonly role: "user" | "assistant";
  readonly blocks: readonly ContentBlock[];
}

/** Why the request is refused, in words; undefined when it is not. */
export function refusal(request: ModelRequest, thinks: boolean): string | undefined {
  const messages = request.messages.map(({ role, content }) => ({ role, blocks: blocksOf(content) }));
  if (messages[0]?.role !== "user") return "messages.0: the first message must have the role user";
  if (messages.at(-1)?.role !== "user")
    return "messages: the conversation must end with a message of the user";
  return (
    badText(request) ??
    badRoles(messages) ??
    messages.flatMap((_, at) => badMessage(messages, at) ?? [])[0] ??
    repeatedId(messages) ??
    (thinks ? badThinking(messages) : undefined)
  );
}

function badText(request: ModelRequest): string | undefined {
  // Half a character cannot be sent as UTF-8; JSON would carry it as an escape.
  return /\\ud[89a-f][0-9a-f]{2}/i.test(JSON.stringify(request))
    ? "the request body is not valid JSON: lone surrogate in a string"
    : undefined;
}

function badRoles(messages: readonly Spoken[]): string | undefined {
  const at = messages.findIndex(({ role }, i) => role === messages[i - 1]?.role);
  return at < 0 ? undefined : `messages.${at}: roles must alternate between user and assistant`;
}

function badMessage(messages: readonly Spoken[], at: number): string | undefined {
  const { role, blocks } = messages[at] ?? { role: "user", blocks: [] };
  if (blocks.length === 0) return `messages.${at}: content must not be empty`;
  for (const [index, block] of blocks.entries()) {
    const problem = badBlock(role, block);
    if (problem !== undefined) return `messages.${at}.content.${index}: ${problem}`;
  }
  return unpaired(messages, at) ?? misplaced(blocks, at);
}

function badBlock(role: Spoken["role"], block: ContentBlock): string | undefined {
  switch (block.type) {
    case "text":
      return block.text.trim() === "" ? "text content blocks must be non-empty" : undefined;
    case "tool_use":
      if (role !== "assistant") return "tool_use blocks are for the assistant";
      return isObject(block.input) ? undefined : "tool_use.input: Input should be an object";
    case "tool_result":
      if (role !== "user") return "tool_result blocks are for the user";
      return block.content.length === 0 ? "tool_result.content must not be empty" : undefined;
    case "thinking":
    case "redacted_thinking":
      return role === "assistant" ? undefined : "thinking blocks are for the assistant";
    default:
      return block satisfies never;
  }
}

function misplaced(blocks: readonly ContentBlock[], at: number): string | undefined {
  const firstOther = blocks.findIndex(({ type }) => type !== "tool_result");
  const isLate = firstOther >= 0 && blocks.slice(firstOther).some(({ type }) => type === "tool_result");
  return isLate ? `messages.${at}: tool_result blocks must come first` : undefined;
}

function unpaired(messages: readonly Spoken[], at: number): string | undefined {
  const calls = idsOf(messages[at], "tool_use");
  const results = idsOf(messages[at], "tool_result");
  const missing = calls.filter((id) => !idsOf(messages[at + 1], "tool_result").includes(id));
  if (missing.length > 0)
    return `messages.${at}: tool_use ids were found without tool_result blocks immediately after: ${missing.join(", ")}`;
  const asked = idsOf(messages[at - 1], "tool_use");
  const extra = results.filter((id, i) => !asked.includes(id) || results.indexOf(id) !== i);
  return extra.length > 0
    ? `messages.${at}: unexpected tool_use_id in tool_result: ${extra.join(", ")}`
    : undefined;
}

function repeatedId(messages: readonly Spoken[]): string | undefined {
  const ids = messages.flatMap((message) => idsOf(message, "tool_use"));
  const repeated = ids.find((id, i) => ids.indexOf(id) !== i);
  return repeated === undefined ? undefined : `tool_use ids must be unique: ${repeated}`;
}

/** A server that thinks wants its thinking back, in front of the calls that came of it, as it signed it. */
function badThinking(messages: readonly Spoken[]): string | undefined {
  for (const [at, { blocks }] of messages.entries()) {
    if (blocks.some((block) => block.type === "thinking" && block.signature === ""))
      return `messages.${at}: thinking.signature: Field required`;
    if (blocks.some(({ type }) => type === "tool_use") && blocks[0]?.type !== "thinking")
      return `messages.${at}.content.0: expected thinking, found ${blocks[0]?.type ?? "nothing"}`;
  }
  return undefined;
}

function idsOf(message: Spoken | undefined, type: "tool_use" | "tool_result"): string[] {
  return (message?.blocks ?? []).flatMap((block) => {
    if (block.type === "tool_use" && type === "tool_use") return [block.id];
    return block.type === "tool_result" && type === "tool_result" ? [block.tool_use_id] : [];
  });
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
