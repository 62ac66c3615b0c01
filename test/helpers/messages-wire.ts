/** Server-sent events and error bodies as the Messages API writes them. */

export type ScriptedBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string }
  | {
      readonly type: "tool_use";
      readonly id: string;
      readonly name: string;
      readonly input: unknown;
      /** Streamed instead of `input`, as it is. */
      readonly raw_input?: string;
    };

interface Message {
  readonly content: readonly ScriptedBlock[];
  readonly stop_reason?: string;
  readonly usage?: Readonly<Record<string, number>>;
  readonly model?: string;
  readonly fragment?: number;
}

/** The events of a message, or the first `count` of them. */
export function messageEvents(
  message: Message,
  request: Readonly<Record<string, unknown>>,
  count?: number,
): string[] {
  const { output_tokens = 5, ...input } = { input_tokens: 10, ...message.usage };
  const stop =
    message.stop_reason ??
    (message.content.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn");
  const events = [
    sse("message_start", {
      message: {
        id: "msg_test",
        type: "message",
        role: "assistant",
        model: message.model ?? request["model"],
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...input, output_tokens: 1 },
      },
    }),
    sse("ping", {}),
    ...message.content.flatMap((block, index) => blockEvents(block, index, message.fragment ?? 7)),
    sse("message_delta", { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens } }),
    sse("message_stop", {}),
  ];
  return count === undefined ? events : events.slice(0, count);
}

/** @param error `code` becomes `details.error_code` */
export function errorBody(error: {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
}): string {
  const details = error.code === undefined ? {} : { details: { error_code: error.code } };
  return JSON.stringify({ type: "error", error: { type: error.type, message: error.message, ...details } });
}

function blockEvents(block: ScriptedBlock, index: number, size: number): string[] {
  const { start, deltas } = split(block, size);
  return [
    sse("content_block_start", { index, content_block: start }),
    ...deltas.map((delta) => sse("content_block_delta", { index, delta })),
    sse("content_block_stop", { index }),
  ];
}

function split(
  block: ScriptedBlock,
  size: number,
): { readonly start: object; readonly deltas: readonly object[] } {
  switch (block.type) {
    case "text":
      return {
        start: { type: "text", text: "" },
        deltas: pieces(block.text, size).map((text) => ({ type: "text_delta", text })),
      };
    case "thinking":
      return {
        start: { type: "thinking", thinking: "", signature: "" },
        deltas: [
          ...pieces(block.thinking, size).map((thinking) => ({ type: "thinking_delta", thinking })),
          { type: "signature_delta", signature: block.signature },
        ],
      };
    case "redacted_thinking":
      return { start: block, deltas: [] };
    case "tool_use": {
      const json = block.raw_input ?? JSON.stringify(block.input);
      return {
        start: { type: "tool_use", id: block.id, name: block.name, input: {} },
        deltas: pieces(json, size).map((partial_json) => ({ type: "input_json_delta", partial_json })),
      };
    }
  }
}

function pieces(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
}

function sse(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
