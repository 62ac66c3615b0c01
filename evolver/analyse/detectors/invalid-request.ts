import type { Detector } from "../detector.ts";
import { templateOf } from "../template.ts";
import { stepOf } from "../view.ts";

/** The model refused a request as malformed: a call without its result, an empty message, a duplicate id. */
export const invalidRequest: Detector = (view) => {
  const refused = view.models.findLast(({ event }) => event.error?.code === "invalid_request");
  if (!refused?.event.error) return undefined;
  return {
    category: "invalid-request",
    template: templateOf(refused.event.error.message),
    step: refused.index,
    component: "harness",
    score: 0.98,
    evidence: `request ${stepOf(refused.event)} was refused: ${refused.event.error.message}`,
  };
};
