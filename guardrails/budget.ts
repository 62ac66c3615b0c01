/** What a run may spend. Pure: the kernel asks before each model call and charges after it. */

/** Caps of one run; money in US dollars, time in seconds. */
export interface BudgetCaps {
  readonly steps: number;
  readonly tokens: number;
  readonly usd: number | undefined;
  readonly seconds: number;
}

/** Spent so far. `usd` is undefined as long as a reply had no known price. */
export interface Spent {
  readonly steps: number;
  readonly tokens: number;
  readonly usd: number | undefined;
  readonly seconds: number;
}

export interface Exhausted {
  readonly limit: "steps" | "tokens" | "usd" | "seconds";
  readonly spent: number;
  readonly cap: number;
}

/** The first cap that leaves no room for another model call, or undefined. An unknown price under a money cap is no room. */
export function exhausted(spent: Spent, caps: BudgetCaps): Exhausted | undefined {
  if (spent.steps >= caps.steps) return { limit: "steps", spent: spent.steps, cap: caps.steps };
  if (spent.tokens >= caps.tokens) return { limit: "tokens", spent: spent.tokens, cap: caps.tokens };
  if (spent.seconds >= caps.seconds) return { limit: "seconds", spent: spent.seconds, cap: caps.seconds };
  if (caps.usd !== undefined && (spent.usd === undefined || spent.usd >= caps.usd)) {
    return { limit: "usd", spent: spent.usd ?? Number.POSITIVE_INFINITY, cap: caps.usd };
  }
  return undefined;
}
