import type { Detector } from "../detector.ts";
import { textOf } from "../view.ts";
import type { CallView } from "../view.ts";

/** Shorter by a marker or a trim is not a cut. */
const NOISE_CHARACTERS = 80;

/** The model saw much less than the tool said. It matters when the last words miss something. */
export const truncatedObservation: Detector = (view) => {
  const cuts = view.calls.filter((call) => lost(call) > NOISE_CHARACTERS);
  const worst = cuts.toSorted((a, b) => lost(b) - lost(a))[0];
  if (!worst?.shown) return undefined;
  const missed = MISSING.test(view.lastWords);
  const head = isHead(worst);
  return {
    category: "truncated-observation",
    template: head ? "only the head of a long result was shown" : "a long result was cut",
    step: worst.index,
    component: "harness",
    score: missed ? 0.86 : 0.3,
    evidence: `${textOf(worst.shown).length} of ${worst.event.result.content.length} characters that ${worst.event.name} returned reached the model${missed ? `, which then said: "${view.lastWords.split("\n")[0]?.slice(0, 120)}"` : ""}`,
  };
};

const MISSING =
  /\b(?:cannot|can't|can not|could not|couldn't|unable to|not able to|do(?:es)? not|don't|didn't|did not)\s+(?:\w+\s+)?(?:see|find|locate|read|spot|show|contain|include|appear)|\bnot (?:found|there|shown|visible|present|in the output)\b|\bno (?:such|match)|truncat|cut off/i;

function lost({ event, shown }: CallView): number {
  if (!shown) return 0;
  return Math.max(event.result.content.length, event.result.is_error ? 0 : 1) - textOf(shown).length;
}

function isHead({ event, shown }: CallView): boolean {
  const text = shown ? textOf(shown) : "";
  return event.result.content.startsWith(text.slice(0, Math.floor(text.length * 0.8)));
}
