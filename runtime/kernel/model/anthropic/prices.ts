/**
 * List prices of Claude models on the Claude API: US dollars for a million tokens, cache writes with the five-minute
 * lifetime that the client uses. A model that is not listed has no known price; `model.price` in agent.yaml gives one.
 *
 * Taken from the model and pricing pages of platform.claude.com in November 2026. Not covered: US-only inference
 * (1.1 times), fast mode and batches, none of which the client asks for.
 */
import type { Price } from "../model.ts";

/** The price of a Claude model by its id, or undefined when it is not known. */
export function priceOf(modelId: string): Price | undefined {
  return PRICES.get(modelId);
}

const PRICES: ReadonlyMap<string, Price> = new Map([
  ["claude-opus-5-5", { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 }],
  // Cache reads cost 0.20 until 2026-10-07.
  ["claude-sonnet-5-5", { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 }],
  [
    "claude-haiku-5-5",
    {
      input: 0.1,
      output: 0.5,
      cacheRead: 0.01,
      cacheWrite: 0.125,
      longPrompt: { aboveTokens: 100_000, input: 0.5, output: 2.5, cacheRead: 0.05, cacheWrite: 0.625 },
    },
  ],
  ["claude-fable-5-1", { input: 10, output: 50, cacheRead: 0.25, cacheWrite: 12.5 }],
  ["claude-opus-5", { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 }],
  ["claude-sonnet-5", { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 }],
]);
