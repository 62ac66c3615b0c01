/** A model that answers at once: `calls` replies with one tool call each, then an empty-handed one. */
import type { Model } from "../../runtime/kernel/model/model.ts";
import type { ModelReply } from "../../runtime/kernel/protocol.ts";

export interface ScriptedModel extends Model {
  /** When `create` was entered and left, in order, in milliseconds. */
  readonly entered: readonly number[];
  readonly left: readonly number[];
  /** CPU time of this process when `create` was entered, in milliseconds. */
  readonly cpu: readonly number[];
}

const THOUGHT =
  "I look at the next part of the file before I decide; so far the columns are what the header says. ";

export function scriptedModel(calls: number, tool: string): ScriptedModel {
  const entered: number[] = [];
  const left: number[] = [];
  const cpu: number[] = [];
  return {
    name: "bench/scripted",
    description: "answers at once from a script",
    isLanguageModel: false,
    deterministic: true,
    price: undefined,
    contextTokens: 200_000,
    entered,
    left,
    cpu,
    async create() {
      entered.push(performance.now());
      const { user, system } = process.cpuUsage();
      cpu.push((user + system) / 1000);
      const reply = replyNumber(entered.length, calls, tool);
      left.push(performance.now());
      return reply;
    },
  };
}

function replyNumber(n: number, calls: number, tool: string): ModelReply {
  const usage = {
    input_tokens: 1000,
    output_tokens: 50,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
  const text = { type: "text" as const, text: `${THOUGHT}(${n})` };
  if (n > calls) return { content: [text], stop_reason: "end_turn", usage, model: "bench/scripted" };
  const call = { type: "tool_use" as const, id: `call_${n}`, name: tool, input: { part: n } };
  return { content: [text, call], stop_reason: "tool_use", usage, model: "bench/scripted" };
}
