/** Refuses what a real provider would refuse, so that a harness cannot grow used to it. */
import type { ContentBlock, Message, ModelRequest } from "../../protocol.ts";

/** What is wrong with a request, or undefined when a provider would take it. */
export function findFault(request: ModelRequest): string | undefined {
  return (
    faultOfEnds(request.messages) ??
    faultOfContents(request.messages) ??
    faultOfPairs(request.messages) ??
    faultOfTools(request)
  );
}

function faultOfEnds(messages: readonly Message[]): string | undefined {
  if (messages.length === 0) return "messages: at least one message is required";
  if (messages[0]?.role !== "user") return "messages.0: the first message must be from the user";
  return undefined;
}

function faultOfContents(messages: readonly Message[]): string | undefined {
  for (const [index, { role, content }] of messages.entries()) {
    const where = `messages.${index}`;
    if (typeof content === "string") {
      if (content.trim() === "") return `${where}: content must not be empty or blank`;
      continue;
    }
    if (content.length === 0) return `${where}: content must not be empty`;
    for (const [at, block] of content.entries()) {
      const fault = faultOfBlock(block, role);
      if (fault !== undefined) return `${where}.content.${at}: ${fault}`;
    }
  }
  return undefined;
}

function faultOfBlock(block: ContentBlock, role: Message["role"]): string | undefined {
  switch (block.type) {
    case "text":
      return block.text.trim() === "" ? "text must not be empty or blank" : undefined;
    case "tool_use":
      if (role !== "assistant") return "tool_use must be in an assistant message";
      if (!/^[\w-]+$/.test(block.id))
        return `the id ${JSON.stringify(block.id)} may have letters, digits, _ and - only`;
      return isObject(block.input) ? undefined : "the input of a tool_use must be an object";
    case "tool_result":
      if (role !== "user") return "tool_result must be in a user message";
      if (typeof block.content === "string") return undefined;
      return block.content.some(({ text }) => text === "")
        ? "text in a tool_result must not be empty"
        : undefined;
    case "thinking":
    case "redacted_thinking":
      return role === "assistant" ? undefined : `${block.type} must be in an assistant message`;
    default:
      return block satisfies never;
  }
}

/** Calls and results must pair up between an assistant's turn and the user's turn right after it. */
function faultOfPairs(messages: readonly Message[]): string | undefined {
  const seen = new Set<string>();
  let open = new Set<string>();
  for (const { role, index, blocks } of turns(messages)) {
    if (role === "assistant") {
      open = new Set();
      for (const block of blocks) {
        if (block.type !== "tool_use") continue;
        if (seen.has(block.id))
          return `messages.${index}: the tool_use id ${block.id} is there twice; ids must be unique`;
        seen.add(block.id);
        open.add(block.id);
      }
      continue;
    }
    const fault = faultOfResults(blocks, open);
    if (fault !== undefined) return `messages.${index}: ${fault}`;
    open = new Set();
  }
  if (open.size > 0)
    return `messages: tool_use without a tool_result in the message after: ${[...open].join(", ")}`;
  return undefined;
}

/** @param open ids that the turn before has called; changed */
function faultOfResults(blocks: readonly ContentBlock[], open: Set<string>): string | undefined {
  let last: ContentBlock["type"] = "tool_result";
  for (const block of blocks) {
    if (block.type === "tool_result") {
      if (!open.delete(block.tool_use_id)) {
        return `tool_result ${block.tool_use_id} has no open tool_use with its id in the message before`;
      }
      if (last !== "tool_result") return "tool_result blocks must come before any text in their message";
    }
    last = block.type;
  }
  if (open.size > 0) return `tool_use without a tool_result right after it: ${[...open].join(", ")}`;
  return undefined;
}

interface Turn {
  readonly role: Message["role"];
  /** Of its first message. */
  readonly index: number;
  readonly blocks: ContentBlock[];
}

/** Providers join neighbouring messages of one role into one turn. */
function turns(messages: readonly Message[]): Turn[] {
  const joined: Turn[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    const blocks: ContentBlock[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
    const last = joined.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else joined.push({ role, index, blocks: [...blocks] });
  }
  return joined;
}

function faultOfTools({ tools = [], tool_choice: choice }: ModelRequest): string | undefined {
  const names = new Set<string>();
  for (const { name } of tools) {
    if (!/^[\w-]{1,128}$/.test(name))
      return `tools: the name ${JSON.stringify(name)} may have letters, digits, _ and - only`;
    if (names.has(name)) return `tools: ${name} is there twice; names must be unique`;
    names.add(name);
  }
  if (choice?.type === "any" && names.size === 0) return "tool_choice: any needs tools";
  if (choice?.type === "tool" && !names.has(choice.name))
    return `tool_choice: there is no tool ${choice.name}`;
  return undefined;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
