/** Writes a decision as a reply, within the output limit. */
import type { ContentBlock, ModelReply, ModelRequest, StopReason } from "../../protocol.ts";
import type { Decision } from "./decide.ts";
import { writePlace } from "./scratchpad.ts";
import { CHARS_PER_TOKEN, contentChars, inputText, toTokens } from "./tokens.ts";

export interface Room {
  readonly inputTokens: number;
  readonly contextTokens: number;
}

export function writeReply(decision: Decision, request: ModelRequest, model: string, room: Room): ModelReply {
  const whole = toContent(decision, request);
  const left = room.contextTokens - room.inputTokens;
  const most = Math.min(request.max_tokens ?? left, left);
  const content = cut(whole, most * CHARS_PER_TOKEN);
  return {
    content,
    stop_reason: stopReason(whole, content, most === request.max_tokens),
    usage: {
      input_tokens: room.inputTokens,
      output_tokens: toTokens(contentChars(content)),
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
    },
    model,
  };
}

function toContent(decision: Decision, request: ModelRequest): ContentBlock[] {
  switch (decision.kind) {
    case "silence":
      return [];
    case "say":
      return [{ type: "text", text: decision.text }];
    case "act": {
      const { place, calls } = decision;
      if (!mayCall(request)) return [{ type: "text", text: writePlace(place) }];
      const made = Math.max(place.calls, highestCall(request));
      const line = writePlace({ ...place, calls: made + calls.length });
      return [
        { type: "text", text: line },
        ...calls.map(({ name, input }, index) => {
          return { type: "tool_use" as const, id: `call_${made + index + 1}`, name, input };
        }),
      ];
    }
    default:
      return decision satisfies never;
  }
}

/** False when the request offers no tools or forbids their use. */
export function mayCall({ tools = [], tool_choice: choice }: ModelRequest): boolean {
  return tools.length > 0 && choice?.type !== "none";
}

/** A harness may bring calls of its own; their ids are not used again. */
function highestCall({ messages }: ModelRequest): number {
  const ids = messages.flatMap(({ content }) =>
    typeof content === "string"
      ? []
      : content.flatMap((block) => (block.type === "tool_use" ? [block.id] : [])),
  );
  return Math.max(0, ...ids.map((id) => Number(/^call_(\d{1,9})$/.exec(id)?.[1] ?? 0)));
}

/** A call that is cut keeps the start of its JSON as text: it is not an input any more. */
function cut(content: readonly ContentBlock[], chars: number): ContentBlock[] {
  const kept: ContentBlock[] = [];
  let left = chars;
  for (const block of content) {
    const size = contentChars([block]);
    if (size <= left) kept.push(block);
    else {
      const part = cutBlock(block, left);
      return part === undefined ? kept : [...kept, part];
    }
    left -= size;
  }
  return kept;
}

function cutBlock(block: ContentBlock, chars: number): ContentBlock | undefined {
  if (block.type === "text") {
    const text = head(block.text, chars);
    return text === "" ? undefined : { ...block, text };
  }
  if (block.type !== "tool_use" || chars <= block.name.length) return undefined;
  return { ...block, input: head(inputText(block.input), chars - block.name.length) };
}

/** Never ends inside a code point. */
function head(text: string, chars: number): string {
  return text.slice(0, chars).replace(/[\uD800-\uDBFF]$/, "");
}

function stopReason(
  whole: readonly ContentBlock[],
  kept: readonly ContentBlock[],
  byLimit: boolean,
): StopReason {
  const complete = kept.length === whole.length && kept.every((block, index) => block === whole[index]);
  if (!complete) return byLimit ? "max_tokens" : "model_context_window_exceeded";
  return whole.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn";
}
