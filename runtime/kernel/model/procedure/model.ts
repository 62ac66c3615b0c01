/** The procedure model, as docs/procedure-model.md describes it. */
import type { ModelReply, ModelRequest } from "../../protocol.ts";
import { ModelError, type Model } from "../model.ts";
import { readContext } from "./context.ts";
import { decide } from "./decide.ts";
import { mayCall, writeReply } from "./reply.ts";
import { requestTokens } from "./tokens.ts";
import { findFault } from "./validate.ts";

export interface ProcedureModelOptions {
  /** Tokens that fit into one request, the reply included; 32,000 when absent. */
  readonly contextTokens?: number;
}

const NAME = "procedure/1";

/** A deterministic stand-in for a language model. It keeps no state: all it knows is in the request. */
export function createProcedureModel({ contextTokens = 32_000 }: ProcedureModelOptions = {}): Model {
  return {
    name: NAME,
    description:
      "deterministic stand-in, no language model: it follows the procedures of the skills in its context",
    isLanguageModel: false,
    deterministic: true,
    price: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextTokens,
    async create(request, signal) {
      if (signal.aborted)
        throw new ModelError({ code: "aborted", message: "the model call was aborted", retryable: false });
      return answer(request, contextTokens);
    },
  };
}

function answer(request: ModelRequest, contextTokens: number): ModelReply {
  const fault = findFault(request);
  if (fault !== undefined)
    throw new ModelError({ code: "invalid_request", message: fault, retryable: false });
  const inputTokens = requestTokens(request);
  if (inputTokens > contextTokens) {
    const message = `the request has about ${inputTokens} tokens, more than the ${contextTokens} of the context`;
    throw new ModelError({ code: "context_overflow", message, retryable: false });
  }
  return writeReply(decide(readContext(request), mayCall(request)), request, NAME, {
    inputTokens,
    contextTokens,
  });
}
