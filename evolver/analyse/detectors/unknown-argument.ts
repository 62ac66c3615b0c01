import type { Detector } from "../detector.ts";
import { templateOf } from "../template.ts";
import { isRefusedInput, neverWorked } from "../calls.ts";

/** A tool was called with an argument that it does not have, and no later call of that tool came through. */
export const unknownArgument: Detector = (view) => {
  const call = view.calls.findLast((each) => isRefusedInput(each) && SURPLUS.test(each.event.result.content));
  if (!call || !neverWorked(call, view)) return undefined;
  const { name, result } = call.event;
  return {
    category: "unknown-argument",
    template: templateOf(`${name}: ${result.content}`),
    step: call.index,
    component: "harness",
    score: 0.84,
    evidence: `${name} has no such argument: ${templateOf(result.content)}`,
  };
};

const SURPLUS =
  /\b(?:unknown|unexpected|unrecogni[sz]ed|unsupported|additional|extra)\b[^.\n]{0,30}\b(?:arguments?|parameters?|propert(?:y|ies)|keys?|fields?|options?|inputs?)\b|\bgot an unexpected keyword\b/i;
