/** What a reply cost. */
import { RatchetError } from "../error.ts";
import type { Usage } from "../protocol.ts";
import type { LongPromptPrice, Model, Price } from "./model.ts";

/** US dollars for `usage` at `price`. Cached input is charged at its own rates; a long prompt may change all of them. */
export function costUsd(usage: Usage, price: Price): number {
  const rate = rateFor(usage, price);
  const perMillion =
    usage.input_tokens * rate.input +
    usage.output_tokens * rate.output +
    usage.cache_read_input_tokens * rate.cacheRead +
    usage.cache_creation_input_tokens * rate.cacheWrite;
  return perMillion / 1_000_000;
}

/** @throws RatchetError (config) when there is a cap, in US dollars, that cannot be kept for want of a price */
export function requirePrice({ name, price }: Pick<Model, "name" | "price">, cap: number | undefined): void {
  if (cap === undefined || price !== undefined) return;
  throw new RatchetError(
    "config",
    `the price of ${name} is not known, so a cap of $${cap} cannot be kept`,
    "Give its price in agent.yaml (model.price, US dollars for a million tokens), or take the money cap out.",
  );
}

function rateFor(usage: Usage, price: Price): Price | LongPromptPrice {
  const prompt = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  const long = price.longPrompt;
  return long !== undefined && prompt > long.aboveTokens ? long : price;
}
