import type { Detector } from "../detector.ts";
import { templateOf } from "../template.ts";
import { fingerprint } from "../view.ts";
import type { CallView, View } from "../view.ts";

/** A failure that trying again would have cured, and no later identical call that succeeded. */
export const transientError: Detector = (view) => modelCall(view) ?? toolCall(view);

function modelCall(view: View): ReturnType<Detector> {
  const last = view.models.at(-1);
  if (!last?.event.error?.retryable) return undefined;
  const { error, step } = last.event;
  return {
    category: "transient-error",
    template: templateOf(`model: ${error.message}`),
    step: last.index,
    component: "harness",
    // Above harness-error: the exception that ended the run is this refusal.
    score: 0.96,
    evidence: `model call ${step} failed with the retryable ${error.code} and was not repeated`,
  };
}

function toolCall(view: View): ReturnType<Detector> {
  const lost = view.calls.findLast((call) => isTransient(call) && !recovered(call, view));
  if (!lost) return undefined;
  const { name, result } = lost.event;
  const marked = result.failure?.kind === "transient";
  return {
    category: "transient-error",
    template: templateOf(`${name}: ${result.content}`),
    step: lost.index,
    component: "harness",
    // Text alone is a weaker witness than the kernel's own mark.
    score: marked ? 0.92 : 0.62,
    evidence: `${name} failed ${marked ? "with a transient error" : "with what reads like a transient error"} and no identical call succeeded later`,
  };
}

function isTransient({ event: { result } }: CallView): boolean {
  if (!result.is_error) return false;
  if (result.failure) return result.failure.kind === "transient";
  return /\b(?:429|502|503|504)\b|ETIMEDOUT|ECONNRESET|EAI_AGAIN|temporarily|try again|rate limit|overloaded/i.test(
    result.content,
  );
}

function recovered(lost: CallView, view: View): boolean {
  const wanted = fingerprint(lost.event);
  return view.calls.some(
    ({ index, event }) => index > lost.index && !event.result.is_error && fingerprint(event) === wanted,
  );
}
