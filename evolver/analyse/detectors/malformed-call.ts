import type { Detector } from "../detector.ts";
import { isRefusedInput, neverWorked } from "../calls.ts";
import { templateOf } from "../template.ts";

/** What the model wrote as input was no JSON object, or lacked what the tool needs, and no later call of that tool came through. */
export const malformedCall: Detector = (view) => {
  const call = view.calls.findLast(
    (each) =>
      !isObject(each.event.input) || (isRefusedInput(each) && LACKING.test(each.event.result.content)),
  );
  if (!call || !neverWorked(call, view)) return undefined;
  const { name, input, result } = call.event;
  return {
    category: "malformed-call",
    template: templateOf(`${name}: ${isObject(input) ? result.content : "the input is not an object"}`),
    step: call.index,
    component: "harness",
    score: 0.83,
    evidence: `${name} was called with an input that it cannot take: ${templateOf(result.content)}`,
  };
};

const LACKING =
  /\b(?:required|missing|must be|must have|expected|not a valid|invalid|malformed|parse|json|unterminated)\b/i;

/** No input at all is that of a tool without arguments. */
function isObject(input: unknown): boolean {
  return input === null || input === undefined || (typeof input === "object" && !Array.isArray(input));
}
