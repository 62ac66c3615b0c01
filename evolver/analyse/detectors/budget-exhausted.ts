import type { Detector } from "../detector.ts";

/** Tokens, money or time ran out. */
export const budgetExhausted: Detector = (view) => {
  const reached = view.budget;
  if (!reached || reached.event.limit === "steps") return undefined;
  const { limit, cap, spent } = reached.event;
  return {
    category: "budget-exhausted",
    template: `the budget of ${limit}`,
    step: reached.index,
    component: "harness",
    score: 0.74,
    evidence: `${spent} of ${cap} ${limit} were spent`,
  };
};
