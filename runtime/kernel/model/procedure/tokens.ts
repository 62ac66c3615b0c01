/** How large a request or a reply is: four characters are a token, as a rule of thumb. */
import type { ContentBlock, ModelRequest } from "../../protocol.ts";

export const CHARS_PER_TOKEN = 4;

export function toTokens(chars: number): number {
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

/** Tokens of everything the model is sent: system text, messages and tool descriptions. */
export function requestTokens(request: ModelRequest): number {
  let chars = request.system?.length ?? 0;
  for (const { content } of request.messages)
    chars += typeof content === "string" ? content.length : contentChars(content);
  if (request.tools !== undefined) chars += JSON.stringify(request.tools).length;
  return toTokens(chars);
}

export function contentChars(content: readonly ContentBlock[]): number {
  return content.reduce((sum, block) => sum + blockChars(block), 0);
}

function blockChars(block: ContentBlock): number {
  switch (block.type) {
    case "text":
      return block.text.length;
    case "thinking":
      return block.thinking.length;
    case "redacted_thinking":
      return block.data.length;
    case "tool_use":
      return block.name.length + inputText(block.input).length;
    case "tool_result":
      return typeof block.content === "string" ? block.content.length : contentChars(block.content);
    default:
      return block satisfies never;
  }
}

/** The input of a call as the model writes it out. */
export function inputText(input: unknown): string {
  return typeof input === "string" ? input : (JSON.stringify(input) ?? "");
}
