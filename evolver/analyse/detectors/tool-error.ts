import type { Detector } from "../detector.ts";
import { templateOf } from "../template.ts";
import { fingerprint } from "../view.ts";

/** The last failed call that never succeeded later. */
export const toolError: Detector = (view) => {
  const failed = view.calls.findLast(
    (call) =>
      call.event.result.is_error &&
      !view.calls.some(
        ({ index, event }) =>
          index > call.index && !event.result.is_error && fingerprint(event) === fingerprint(call.event),
      ),
  );
  if (!failed) return undefined;
  const { name, result } = failed.event;
  return {
    category: "tool-error",
    template: templateOf(`${name}: ${result.content}`),
    step: failed.index,
    // A recipe that meets an error it has no answer for lacks a lesson; without a recipe the prompt has to teach it.
    component: view.skills.length > 0 ? "skill" : "prompt",
    score: 0.6,
    evidence: `${name} failed and the run found no way around it: ${templateOf(result.content)}`,
  };
};
