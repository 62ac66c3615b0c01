/**
 * Puts a streamed reply together. The SDK's own helper repairs tool input that was cut off and throws on tool input
 * that is not JSON; here both reach the harness as the text that the model wrote, for dispatch to report.
 */
import { ModelReply } from "../../protocol.ts";
import type { ContentBlock } from "../../protocol.ts";
import { MalformedReply } from "./events.ts";
import type { Delta, StartedBlock, StreamEvent, UsageDelta } from "./events.ts";

/** A reply that is being received. Fragments belong to one attempt: make a new one for each. */
export interface Assembly {
  /** Takes the next event. @throws MalformedReply when it does not fit to the ones before. */
  add(event: StreamEvent): void;
  /** True once the server said that the message is complete. */
  readonly complete: boolean;
  /** The reply. @throws MalformedReply when it lacks something that a reply must have. */
  reply(): ModelReply;
}

export function assembly(): Assembly {
  const blocks: Building[] = [];
  /** Some servers use an index again after its block was closed, so an index names the latest block. */
  const byIndex = new Map<number, Building>();
  let model: string | undefined;
  let stopReason: string | undefined;
  let usage: UsageDelta = {};
  let complete = false;

  function add(event: StreamEvent): void {
    switch (event.type) {
      case "message_start":
        if (model !== undefined) throw new MalformedReply("a second message_start");
        model = event.message.model;
        usage = merge(usage, event.message.usage);
        return;
      case "content_block_start": {
        const block = { start: event.content_block, text: "", signature: "" };
        blocks.push(block);
        byIndex.set(event.index, block);
        return;
      }
      case "content_block_delta": {
        const block = byIndex.get(event.index);
        if (block === undefined)
          throw new MalformedReply(`a delta for block ${event.index}, which was not started`);
        extend(block, event.delta);
        return;
      }
      case "content_block_stop":
        return;
      case "message_delta":
        stopReason = event.delta.stop_reason ?? stopReason;
        usage = merge(usage, event.usage ?? undefined);
        return;
      case "message_stop":
        complete = true;
        return;
    }
  }

  function reply(): ModelReply {
    // Without it a run could spend without a limit.
    if (usage.output_tokens === undefined || usage.output_tokens === null) {
      throw new MalformedReply("a reply without usage.output_tokens");
    }
    const parsed = ModelReply.safeParse({
      content: blocks.map(finish).filter((block) => block.type !== "text" || block.text !== ""),
      stop_reason: stopReason,
      usage: { input_tokens: 0, ...withoutNulls(usage) },
      model,
    });
    if (!parsed.success) {
      const first = parsed.error.issues[0];
      throw new MalformedReply(
        `a reply with an invalid ${first?.path.join(".") ?? "shape"}: ${first?.message ?? ""}`,
      );
    }
    return parsed.data;
  }

  return {
    add,
    reply,
    get complete() {
      return complete;
    },
  };
}

interface Building {
  readonly start: StartedBlock;
  /** Text, thinking, or the JSON of a tool's input. */
  text: string;
  signature: string;
}

function extend(block: Building, delta: Delta): void {
  const { type } = block.start;
  if (delta.type === "text_delta" && type === "text") block.text += delta.text;
  else if (delta.type === "thinking_delta" && type === "thinking") block.text += delta.thinking;
  else if (delta.type === "signature_delta" && type === "thinking") block.signature += delta.signature;
  else if (delta.type === "input_json_delta" && type === "tool_use") block.text += delta.partial_json;
  else if (delta.type !== "citations_delta")
    throw new MalformedReply(`a ${delta.type} for a block of type ${type}`);
}

function finish(block: Building): ContentBlock {
  const { start, text, signature } = block;
  switch (start.type) {
    case "text":
      return { type: "text", text: start.text + text };
    case "thinking":
      return { type: "thinking", thinking: start.thinking + text, signature: start.signature + signature };
    case "redacted_thinking":
      return start;
    case "tool_use":
      return { type: "tool_use", id: start.id, name: start.name, input: toolInput(start.input, text) };
  }
}

/** The parsed input; the raw text when it is not JSON; what the block started with when nothing was streamed. */
function toolInput(atStart: unknown, streamed: string): unknown {
  if (streamed.trim() === "") return atStart ?? {};
  try {
    return JSON.parse(streamed);
  } catch {
    return streamed;
  }
}

/** Counters are totals of the whole message: a later one replaces an earlier one, an absent one changes nothing. */
function merge(usage: UsageDelta, delta: UsageDelta | undefined): UsageDelta {
  return { ...usage, ...withoutNulls(delta ?? {}) };
}

function withoutNulls(usage: UsageDelta): Record<string, number> {
  return Object.fromEntries(Object.entries(usage).filter(hasNumber));
}

function hasNumber(entry: [string, number | null | undefined]): entry is [string, number] {
  return typeof entry[1] === "number";
}
