/** Counts what a run spends. */
import type { Spent } from "../../../guardrails/budget.ts";
import type { Usage } from "../protocol.ts";
import type { RunTotals } from "../store/store.ts";

export interface Meter {
  /** Counts a model call that is about to be made; its number, from 0. */
  beginStep(): number;
  /** `cost` in US dollars; undefined when the model has no known price. */
  charge(usage: Usage, cost: number | undefined): void;
  /**
   * What a recording answered: it is charged as {@link charge} does, but for the bill. `ms` is how long the answer took then, without
   * which a run could do more when it is replayed than when it is live.
   */
  replay(usage: Usage | undefined, cost: number | undefined, ms: number): void;
  /** What counts against the caps, recorded answers as if they had been asked for. */
  spent(): Spent;
  /** What was done and paid: recorded answers cost nothing. */
  totals(): RunTotals;
}

/** @param now milliseconds of a monotonic clock */
export function createMeter(now: () => number): Meter {
  const began = now();
  let steps = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  let paid: number | undefined = 0;
  let usd: number | undefined = 0;
  let replayedMs = 0;
  const count = (usage: Usage, cost: number | undefined): void => {
    inputTokens += usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
    outputTokens += usage.output_tokens;
    usd = plus(usd, cost);
  };
  return {
    beginStep: () => steps++,
    charge(usage, cost) {
      count(usage, cost);
      paid = plus(paid, cost);
    },
    replay(usage, cost, ms) {
      if (usage !== undefined) count(usage, cost);
      replayedMs += ms;
    },
    spent: () => ({
      steps,
      tokens: inputTokens + outputTokens,
      usd,
      seconds: (now() - began + replayedMs) / 1000,
    }),
    totals: () => ({ steps, inputTokens, outputTokens, costUsd: paid ?? null }),
  };
}

function plus(sum: number | undefined, more: number | undefined): number | undefined {
  return sum === undefined || more === undefined ? undefined : sum + more;
}
