/** A model that says what a test tells it to. It is a `Model` like any other: nothing is mocked around it. */
import type { Model, Price } from "../../runtime/kernel/model/model.ts";
import type { ContentBlock, ModelReply, ModelRequest, StopReason } from "../../runtime/kernel/protocol.ts";

/** A reply, an error to throw, or a function that makes one of them. */
export type Turn =
  | ModelReply
  | Error
  | ((request: ModelRequest, signal: AbortSignal) => ModelReply | Promise<ModelReply>);

export interface ScriptedModel extends Model {
  readonly requests: readonly ModelRequest[];
}

/** One turn after the other; beyond the last one it says "done". */
export function scriptedModel(
  turns: readonly Turn[],
  more: { price?: Price | undefined } = {},
): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    name: "scripted/1",
    description: "says what a test tells it to",
    deterministic: true,
    price: "price" in more ? more.price : { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1.25 },
    contextTokens: 100_000,
    requests,
    async create(request, signal) {
      const turn = turns[requests.length] ?? says("done");
      requests.push(structuredClone(request));
      if (turn instanceof Error) throw turn;
      return typeof turn === "function" ? turn(request, signal) : turn;
    },
  };
}

/** A reply of text alone: 10 tokens in, 5 out. */
export function says(text: string): ModelReply {
  return reply(text === "" ? [] : [{ type: "text", text }], "end_turn");
}

/** A reply that calls tools: name and input of each. Ids are `name_0`, `name_1`, … */
export function calls(...tools: readonly (readonly [name: string, input: unknown])[]): ModelReply {
  const blocks = tools.map(([name, input], i) => ({
    type: "tool_use" as const,
    id: `${name}_${i}`,
    name,
    input,
  }));
  return reply(blocks, "tool_use");
}

function reply(content: ContentBlock[], stop_reason: StopReason): ModelReply {
  const usage = {
    input_tokens: 10,
    output_tokens: 5,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
  return { content, stop_reason, usage, model: "scripted/1" };
}
