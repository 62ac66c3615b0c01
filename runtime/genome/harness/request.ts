/** What the model is sent, and how large that is. The same estimate triggers compaction and places its cut. */
import type { ModelRequest } from "ratchet-agent/protocol";
import { toMessages, type Turn } from "./context.ts";
import type { Run } from "./run.ts";
import { systemText } from "./system.ts";

/** ASCII characters in a token; of other scripts a character is taken for a token. */
const ASCII_PER_TOKEN = 4;
/** Part of the context that a reply may claim of it when the configured output limit is larger. */
const MAX_REPLY_SHARE = 0.5;

/** Built anew for each attempt: compaction and skills may have changed what goes in. */
export function buildRequest(run: Run, turns: readonly Turn[] = run.context.turns): ModelRequest {
  const { tools, limits } = run.kernel.hello;
  return {
    system: systemText(run.kernel, run.lessons, run.skills),
    messages: toMessages(turns),
    ...(tools.length > 0 ? { tools } : {}),
    max_tokens: limits.output_tokens,
  };
}

/** Tokens of the request for these turns: system, skills and tool schemas included. */
export function requestSize(run: Run, turns: readonly Turn[] = run.context.turns): number {
  return estimateTokens(JSON.stringify(buildRequest(run, turns)));
}

/** Tokens of these turns alone. */
export function turnsSize(turns: readonly Turn[]): number {
  return estimateTokens(JSON.stringify(toMessages(turns)));
}

/** Tokens a request may have so that a reply still fits. */
export function inputRoom(run: Run): number {
  const { context_tokens, output_tokens } = run.kernel.hello.limits;
  return context_tokens - Math.min(output_tokens, context_tokens * MAX_REPLY_SHARE);
}

export function estimateTokens(text: string): number {
  const others = text.replace(/\p{ASCII}+/gu, "").length;
  return Math.ceil((text.length - others) / ASCII_PER_TOKEN + others);
}
