/** Counts what a run spends. */
import type { Spent } from "../../../guardrails/budget.ts";
import type { Usage } from "../protocol.ts";
import type { RunTotals } from "../store/store.ts";

export interface Meter {
  /** Counts a model call that is about to be made; its number, from 0. */
  beginStep(): number;
  /** `cost` in US dollars; undefined when the model has no known price. */
  charge(usage: Usage, cost: number | undefined): void;
  spent(): Spent;
  totals(): RunTotals;
}

/** @param now milliseconds of a monotonic clock */
export function createMeter(now: () => number): Meter {
  const began = now();
  let steps = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  let usd: number | undefined = 0;
  return {
    beginStep: () => steps++,
    charge(usage, cost) {
      inputTokens += usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
      outputTokens += usage.output_tokens;
      usd = usd === undefined || cost === undefined ? undefined : usd + cost;
    },
    spent: () => ({ steps, tokens: inputTokens + outputTokens, usd, seconds: (now() - began) / 1000 }),
    totals: () => ({ steps, inputTokens, outputTokens, costUsd: usd ?? null }),
  };
}
