/** Answers what the process asks the home's model, within bounds, and keeps the bill. */
import { messageOf } from "../../runtime/kernel/error.ts";
import { ModelError, type Model } from "../../runtime/kernel/model/model.ts";
import { costUsd } from "../../runtime/kernel/model/price.ts";
import type { ModelRequest } from "../../runtime/kernel/protocol.ts";
import type { Answer } from "./wire.ts";

export interface ModelDesk {
  /** @throws the reason of the signal, when it is aborted */
  ask(request: ModelRequest, bytes: number): Promise<Answer | { readonly refused: string }>;
  /** What the replies cost so far, in US dollars. 0 for a model whose price is not known: such a one runs under no cap. */
  readonly usd: number;
}

/**
 * @param id of the question for which the process asks
 * @param mostCalls that it may make for it
 */
export function modelDesk(model: Model, id: number, mostCalls: number, signal: AbortSignal): ModelDesk {
  let calls = 0;
  let bytes = 0;
  let usd = 0;
  return {
    get usd() {
      return usd;
    },
    async ask(request, length) {
      calls += 1;
      bytes += length;
      if (calls > mostCalls) return { refused: `it asked the model more than ${mostCalls} times` };
      if (bytes > MOST_BYTES) return { refused: `it sent the model more than ${MOST_BYTES} bytes` };
      const capped = { ...request, max_tokens: Math.min(request.max_tokens ?? MOST_TOKENS, MOST_TOKENS) };
      try {
        const reply = await model.create(capped, signal);
        usd += model.price === undefined ? 0 : costUsd(reply.usage, model.price);
        return { type: "answer", id, reply };
      } catch (error) {
        signal.throwIfAborted();
        const internal = { code: "internal", message: messageOf(error), retryable: false } as const;
        return { type: "answer", id, error: error instanceof ModelError ? error.wire : internal };
      }
    },
  };
}

/** Of all requests for one question. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Output tokens of one call. */
const MOST_TOKENS = 16_000;
