/** The events of a streamed reply as they are on the wire, parsed once. */
import { z } from "zod";

/** The server's answer is not a Messages reply. Thrown while a reply is read. */
export class MalformedReply extends Error {
  override readonly name = "MalformedReply";
}

const tokens = z.number().int().nonnegative().nullish();
export const UsageDelta = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
});
export type UsageDelta = z.infer<typeof UsageDelta>;

const StartedBlock = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string().default("") }),
  z.object({
    type: z.literal("thinking"),
    thinking: z.string().default(""),
    signature: z.string().default(""),
  }),
  z.object({ type: z.literal("redacted_thinking"), data: z.string() }),
  z.object({ type: z.literal("tool_use"), id: z.string(), name: z.string(), input: z.unknown() }),
]);

const Delta = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text_delta"), text: z.string() }),
  z.object({ type: z.literal("thinking_delta"), thinking: z.string() }),
  z.object({ type: z.literal("signature_delta"), signature: z.string() }),
  z.object({ type: z.literal("input_json_delta"), partial_json: z.string() }),
  z.object({ type: z.literal("citations_delta") }),
]);

const index = z.number().int().nonnegative();
const StreamEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("message_start"),
    message: z.object({ model: z.string(), usage: UsageDelta.optional() }),
  }),
  z.object({ type: z.literal("content_block_start"), index, content_block: StartedBlock }),
  z.object({ type: z.literal("content_block_delta"), index, delta: Delta }),
  z.object({ type: z.literal("content_block_stop"), index }),
  z.object({
    type: z.literal("message_delta"),
    delta: z.object({ stop_reason: z.string().nullish() }),
    usage: UsageDelta.nullish(),
  }),
  z.object({ type: z.literal("message_stop") }),
]);
export type StreamEvent = z.infer<typeof StreamEvent>;
export type StartedBlock = z.infer<typeof StartedBlock>;
export type Delta = z.infer<typeof Delta>;

/**
 * One event, or undefined for a kind that does not belong to the reply (pings, and whatever servers add).
 * @throws MalformedReply
 */
export function parseEvent(data: string): StreamEvent | undefined {
  const json = parseJson(data);
  const kind = z.object({ type: z.string() }).safeParse(json);
  if (!kind.success || !KINDS.has(kind.data.type)) return undefined;
  const event = StreamEvent.safeParse(json);
  if (!event.success) {
    throw new MalformedReply(
      `a ${kind.data.type} event of an unknown shape: ${z.prettifyError(event.error)}`,
    );
  }
  return event.data;
}

const KINDS = new Set(StreamEvent.options.map((option): string => option.shape.type.value));

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new MalformedReply(`an event that is not JSON: ${data.slice(0, 200)}`);
  }
}
