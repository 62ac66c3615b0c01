import type { Detector } from "../detector.ts";
import { fingerprint } from "../view.ts";

/** Twice may be a retry. */
const TOO_OFTEN = 3;

/** The same call with the same result, over and over, with nothing else between. */
export const repeatedCall: Detector = (view) => {
  let run = 1;
  for (const [position, call] of view.calls.entries()) {
    const before = view.calls[position - 1]?.event;
    const same =
      before !== undefined &&
      fingerprint(before) === fingerprint(call.event) &&
      before.result.content === call.event.result.content;
    run = same ? run + 1 : 1;
    if (run < TOO_OFTEN) continue;
    return {
      category: "repeated-call",
      template: `the same ${call.event.name} call over and over`,
      step: call.index,
      component: "model",
      score: 0.8,
      evidence: `${call.event.name} was called ${TOO_OFTEN} times in a row with the same input and the same result`,
    };
  }
  return undefined;
};
