/** What a run may spend: the lowest of what the home, the task and the caller say. */
import type { BudgetCaps } from "../../../guardrails/budget.ts";

type Cap = keyof BudgetCaps;
type SomeCaps = { readonly [cap in Cap]?: number | undefined };

export function lowestCaps(
  home: Omit<BudgetCaps, "usd"> & SomeCaps,
  ...others: readonly (SomeCaps | undefined)[]
): BudgetCaps {
  const lowest = (cap: Exclude<Cap, "usd">): number => Math.min(home[cap], ...given(cap, others));
  const money = given("usd", [home, ...others]);
  return {
    steps: lowest("steps"),
    tokens: lowest("tokens"),
    seconds: lowest("seconds"),
    usd: money.length > 0 ? Math.min(...money) : undefined,
  };
}

function given(cap: Cap, caps: readonly (SomeCaps | undefined)[]): number[] {
  return caps.flatMap((each) => each?.[cap] ?? []);
}
