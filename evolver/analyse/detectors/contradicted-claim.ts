import type { Detector } from "../detector.ts";
import { reportsFailure } from "../calls.ts";

/** The run ends with a claim of success, and the last thing that it saw was a failure. */
export const contradictedClaim: Detector = (view) => {
  const last = view.calls.at(-1);
  if (!last || !reportsFailure(last)) return undefined;
  const claim = CLAIM.exec(view.lastWords);
  if (!claim || DOUBT.test(view.lastWords)) return undefined;
  const line = view.lastWords.slice(claim.index).split("\n")[0] ?? "";
  return {
    category: "contradicted-claim",
    template: `a claim of success after ${last.event.name} failed`,
    step: view.models.at(-1)?.index ?? last.index,
    component: "model",
    // An error that is marked as one has a signature of its own, by its text.
    score: last.event.result.is_error ? 0.58 : 0.68,
    evidence: `the run says "${line.slice(0, 100)}", and the last ${last.event.name} failed`,
  };
};

const CLAIM =
  /\b(?:success(?:ful|fully)?|all (?:the )?(?:tests|checks)(?: now)? pass(?:ed)?|(?:tests|checks) (?:now )?pass|(?:is|are|was|were|been) (?:now )?(?:fixed|resolved|completed?|verified)|works? (?:now|correctly|as expected))\b/i;
const DOUBT =
  /\b(?:fail(?:s|ed|ing)?|error|could not|couldn't|cannot|can't|unable|unsuccessful|not (?:pass|work|succe)|however|still)\b/i;
