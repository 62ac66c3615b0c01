/**
 * All detectors. The scores order them by closeness to the cause, from "the machine said which line" to "all we know is
 * that the result is wrong". Where breaches of
 * invariants come between them: `../invariants/index.ts`.
 *
 * 1. `invalid-request` .98: the provider names the broken message. Comes before `harness-error`, because a refused
 *    request usually kills the harness: the exception is then the echo, the request the cause.
 * 2. `harness-error` .95: a stack trace names file, function and line.
 * 3. `transient-error` .96 (a model's), .92 (a tool's) or .62 (a tool's, by its words alone): a call that would have worked a moment later; whatever the harness did with the error
 *    afterwards (hide it, stop) was only needed because nobody tried again. It also goes before `harness-error` when
 *    the exception is that very error.
 * 4. `ignored-error` .90 (hidden) or .70 (shown, but not marked as an error): everything later was built on it.
 * 5. `empty-reply` .88, `early-stop` .87 (a cut reply) or .58 (a promise): the run stopped in the middle.
 * 6. `truncated-observation` .86 when the last words miss something, else .30: most cuts are harmless.
 * 7. `unknown-tool` .85, `unknown-argument` .84, `malformed-call` .83: the model could not do what it wanted.
 * 8. `repeated-call` .80, `oscillation` .79: before the exhausted limit that they led to.
 * 9. `stale-state` .78 when a tool says so, .64 after a failed change, else .34.
 * 10. `steps-exhausted` .75, `budget-exhausted` .74: the run was cut off; why it was slow is not known.
 * 11. `contradicted-claim` .68 or .58, `refused-by-policy` .66: what the run last saw was not what it says.
 * 12. `tool-error` .60: an error that the model saw and could not recover from.
 * 13. `gave-up` .50: the model's own account.
 * 14. `unverified-write` .28: most such runs are right.
 * 15. `wrong-result` .10: always there.
 */
import type { Detector } from "../detector.ts";
import { budgetExhausted } from "./budget-exhausted.ts";
import { contradictedClaim } from "./contradicted-claim.ts";
import { earlyStop } from "./early-stop.ts";
import { emptyReply } from "./empty-reply.ts";
import { gaveUp } from "./gave-up.ts";
import { harnessError } from "./harness-error.ts";
import { ignoredError } from "./ignored-error.ts";
import { invalidRequest } from "./invalid-request.ts";
import { malformedCall } from "./malformed-call.ts";
import { oscillation } from "./oscillation.ts";
import { refusedByPolicy } from "./refused-by-policy.ts";
import { repeatedCall } from "./repeated-call.ts";
import { staleState } from "./stale-state.ts";
import { stepsExhausted } from "./steps-exhausted.ts";
import { toolError } from "./tool-error.ts";
import { transientError } from "./transient-error.ts";
import { truncatedObservation } from "./truncated-observation.ts";
import { unknownArgument } from "./unknown-argument.ts";
import { unknownTool } from "./unknown-tool.ts";
import { unverifiedWrite } from "./unverified-write.ts";
import { wrongResult } from "./wrong-result.ts";

export const DETECTORS: readonly Detector[] = [
  invalidRequest,
  harnessError,
  transientError,
  ignoredError,
  emptyReply,
  earlyStop,
  truncatedObservation,
  unknownTool,
  unknownArgument,
  malformedCall,
  repeatedCall,
  oscillation,
  staleState,
  stepsExhausted,
  budgetExhausted,
  contradictedClaim,
  refusedByPolicy,
  toolError,
  gaveUp,
  unverifiedWrite,
  wrongResult,
];
