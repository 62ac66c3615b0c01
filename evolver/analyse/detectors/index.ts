/**
 * All detectors. The scores order them by closeness to the cause, from "the machine said which line" to "all we know is
 * that the result is wrong":
 *
 * 1. `invalid-request` .98: the provider names the broken message. Comes before `harness-error`, because a refused
 *    request usually kills the harness: the exception is then the echo, the request the cause.
 * 2. `harness-error` .95: a stack trace names file, function and line.
 * 3. `transient-error` .92: a call that would have worked a moment later; whatever the harness did with the error
 *    afterwards (hide it, stop) was only needed because nobody tried again. It also goes before `harness-error` when
 *    the exception is that very error.
 * 4. `ignored-error` .90 (hidden) or .70 (shown, but not marked as an error): everything later was built on it.
 * 5. `empty-reply` .88: the run stopped in the middle with nothing said.
 * 6. `truncated-observation` .86 when the last words miss something, else .30: most cuts are harmless.
 * 7. `unknown-tool` .85: the model could not do what it wanted.
 * 8. `repeated-call` .80: before the exhausted limit that it led to.
 * 9. `steps-exhausted` .75, `budget-exhausted` .74: the run was cut off; why it was slow is not known.
 * 10. `tool-error` .60: an error that the model saw and could not recover from.
 * 11. `gave-up` .50: the model's own account.
 * 12. `wrong-result` .10: always there.
 */
import type { Detector } from "../detector.ts";
import { budgetExhausted } from "./budget-exhausted.ts";
import { emptyReply } from "./empty-reply.ts";
import { gaveUp } from "./gave-up.ts";
import { harnessError } from "./harness-error.ts";
import { ignoredError } from "./ignored-error.ts";
import { invalidRequest } from "./invalid-request.ts";
import { repeatedCall } from "./repeated-call.ts";
import { stepsExhausted } from "./steps-exhausted.ts";
import { toolError } from "./tool-error.ts";
import { transientError } from "./transient-error.ts";
import { truncatedObservation } from "./truncated-observation.ts";
import { unknownTool } from "./unknown-tool.ts";
import { wrongResult } from "./wrong-result.ts";

export const DETECTORS: readonly Detector[] = [
  invalidRequest,
  harnessError,
  transientError,
  ignoredError,
  emptyReply,
  truncatedObservation,
  unknownTool,
  repeatedCall,
  stepsExhausted,
  budgetExhausted,
  toolError,
  gaveUp,
  wrongResult,
];
