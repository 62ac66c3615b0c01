/** From the kernel's request to the parameters of the Messages API, shaped for the provider. */
import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  TextBlockParam,
  Tool,
} from "@anthropic-ai/sdk/resources/messages";
import type { ContentBlock, Message, ModelRequest, ToolSpec } from "../../protocol.ts";
import { acceptsForcedTools } from "./profiles.ts";
import type { Profile } from "./profiles.ts";

/** Parameters of one call. The whole history is sent each time: no server keeps a thread for us. */
export function toParams(
  request: ModelRequest,
  model: { readonly id: string; readonly profile: Profile; readonly maxOutputTokens: number },
): MessageCreateParamsStreaming {
  const { profile } = model;
  const cached = profile.cacheControl;
  const choice = toolChoice(request, profile, model.id);
  const withoutTools = request.tool_choice?.type === "none" && !profile.toolChoice;
  const tools = withoutTools ? [] : (request.tools ?? []).map(toTool);
  const messages = request.messages.map((message) => toMessage(message, profile));
  const system = request.system === undefined || request.system === "" ? [] : [text(request.system)];
  return {
    model: model.id,
    max_tokens: Math.min(request.max_tokens ?? model.maxOutputTokens, model.maxOutputTokens),
    stream: true,
    messages: cached ? markStable(messages) : messages,
    ...(system.length > 0 ? { system: cached ? markLast(system) : system } : {}),
    // The prefix is cached in the order tools, system, messages: a mark on the system covers the tools.
    ...(tools.length > 0 ? { tools: cached && system.length === 0 ? markLast(tools) : tools } : {}),
    ...(choice !== undefined && tools.length > 0 ? { tool_choice: choice } : {}),
  };
}

/** A choice that the model would refuse becomes `auto`: the model may then answer without a call. */
function toolChoice(request: ModelRequest, profile: Profile, modelId: string): ModelRequest["tool_choice"] {
  const choice = request.tool_choice;
  if (choice === undefined || !profile.toolChoice) return undefined;
  const forced = choice.type === "any" || choice.type === "tool";
  return forced && !acceptsForcedTools(profile, modelId) ? { type: "auto" } : choice;
}

function toTool(spec: ToolSpec): Tool {
  return {
    name: spec.name,
    description: spec.description,
    input_schema: { ...spec.input_schema, type: "object" },
  };
}

type Turn = { readonly role: Message["role"]; readonly content: ContentBlockParam[] };

function toMessage(message: Message, profile: Profile): Turn {
  const blocks = typeof message.content === "string" ? [text(message.content)] : message.content;
  return {
    role: message.role,
    content: blocks.filter((block) => profile.thinking || !isThinking(block)).map(toBlock),
  };
}

function isThinking(block: ContentBlock): boolean {
  return block.type === "thinking" || block.type === "redacted_thinking";
}

function toBlock(block: ContentBlock): ContentBlockParam {
  switch (block.type) {
    case "text":
    case "thinking":
    case "redacted_thinking":
      return block;
    case "tool_use":
      return { ...block, input: asObject(block.input) };
    case "tool_result": {
      const { is_error, ...rest } = block;
      return is_error === undefined ? rest : { ...rest, is_error };
    }
  }
}

/** The API takes only objects back, so input that the model wrote badly goes back under a name that says so. */
function asObject(input: unknown): Record<string, unknown> {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  return isObject ? { ...input } : { malformed_input: input ?? null };
}

/**
 * Marks the end of the conversation, which the next request repeats, and the user turn before it, which the previous
 * request ended with: it is found again even when a long batch of results lies between the two.
 */
function markStable(messages: readonly Turn[]): Turn[] {
  const last = messages.length - 1;
  const previousUser = messages.findLastIndex((message, index) => index < last && message.role === "user");
  return messages.map((message, index) => {
    if (index !== last && index !== previousUser) return message;
    return { ...message, content: markLast(message.content) };
  });
}

/** Puts a cache mark on the last block that may carry one. */
function markLast<B extends ContentBlockParam | Tool>(blocks: readonly B[]): B[] {
  const at = blocks.findLastIndex(mayBeMarked);
  return blocks.map((block, index) =>
    index === at ? { ...block, cache_control: { type: "ephemeral" } } : block,
  );
}

function mayBeMarked(block: ContentBlockParam | Tool): boolean {
  if (!("type" in block)) return true;
  if (block.type === "text") return block.text !== "";
  return block.type !== "thinking" && block.type !== "redacted_thinking";
}

function text(value: string): TextBlockParam & { type: "text" } {
  return { type: "text", text: value };
}
