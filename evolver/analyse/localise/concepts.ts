/** The words in which code speaks of what each kind of failure is about. */
import type { Kind } from "../../failure.ts";

export const CONCEPTS: Readonly<Record<Kind, string>> = {
  "harness-error": "error throw",
  "invalid-request": "request message role content block tool use result id pair answer",
  "steps-exhausted": "step steps limit max budget left used loop count turn",
  "budget-exhausted": "budget token cost spent charge limit left used",
  "empty-reply": "empty reply text nudge blank stop done",
  "tool-error": "tool call result error failed input",
  "transient-error": "retry transient wait backoff attempt overloaded rate limit retryable sleep after",
  "ignored-error": "error failed failure exit code status result mark",
  "truncated-observation": "truncate cut head tail bytes lines limit slice marker missing shown",
  "unknown-tool": "tool name unknown available",
  "unknown-argument": "input argument parse schema property name",
  "malformed-call": "input argument parse json malformed object",
  "repeated-call": "repeat same fingerprint stagnation window circle nudge seen loop stuck",
  oscillation: "repeat fingerprint stagnation window circle period nudge loop stuck",
  "unverified-write": "write check verify",
  "stale-state": "read write state cache version",
  "early-stop": "stop end done finish complete marker claim last text open",
  "refused-by-policy": "deny denied policy guard",
  "contradicted-claim": "claim done complete marker summary said",
  "gave-up": "give gave stuck nudge end stop limit ignored",
  "wrong-result": "result",
  "broken-pairing": "call result tool use id pair group cut boundary answer outcome order",
  "repeated-message": "push append turn message add store context",
  "context-not-smaller": "compact size token estimate smaller summary drop middle room",
  "counter-not-reset": "count counter reset retries nudges attempts ignored tries zero",
  "budget-not-monotone": "budget used spent charge left step",
  "end-not-once": "finish end done finished",
};

/** Code that is there for a request that was refused: what runs in it is what the fault led to, not the fault. */
const AFTER_REFUSAL =
  "recover classify failure retry retryable overloaded fatal backoff wait kind code provider";

/** Words of what merely follows from a kind of failure. */
export const AFTERMATH: Partial<Readonly<Record<Kind, string>>> = {
  "invalid-request": AFTER_REFUSAL,
  "broken-pairing": AFTER_REFUSAL,
  "repeated-message": AFTER_REFUSAL,
};

/** Finer than the kind: what a guess says of how it went wrong, and the words of code that does such things. */
export const CLUES: readonly (readonly [RegExp, string])[] = [
  [/has no call before it/, "compact cut divide group boundary start recent keep reply stored"],
  [/has no result/, "answer outcome results batch abort run skip push"],
  [/\btwice\b/, "push append store again id fresh same"],
  [/not in the order/, "order results outcomes reverse sort index"],
  [/another call/, "outcome result index order id match"],
  [/\bempty\b|printed nothing/, "empty blank silent text trim"],
  [/not marked|without the error mark/, "error mark result outcome failed"],
  [/after compaction|in compaction/, "compact smaller size estimate keep middle notes"],
  [/after success/, "reset zero progress nudges retries"],
];
