/** Templates of repairs that know what a harness is, one a file: they hold for any one with a loop, a conversation, calls and results. */
import type { Operator } from "../operator.ts";
import { answerEveryCall } from "./answer-every-call.ts";
import { awaitPromise } from "./await-promise.ts";
import { boundAttempts } from "./bound-attempts.ts";
import { boundResults } from "./bound-results.ts";
import { breakRepetition } from "./break-repetition.ts";
import { callsFirst } from "./calls-first.ts";
import { checkBeforeEnd } from "./check-before-end.ts";
import { checkCalls } from "./check-calls.ts";
import { continuePaused } from "./continue-paused.ts";
import { convertUnits } from "./convert-units.ts";
import { dropEmptyParts } from "./drop-empty-parts.ts";
import { fitContext } from "./fit-context.ts";
import { freshCallIds } from "./fresh-call-ids.ts";
import { guardUndefined } from "./guard-undefined.ts";
import { headAndTail } from "./head-and-tail.ts";
import { honourRetryAfter } from "./honour-retry-after.ts";
import { isolateServices } from "./isolate-services.ts";
import { isolateThrow } from "./isolate-throw.ts";
import { keepPrompts } from "./keep-prompts.ts";
import { keepTask } from "./keep-task.ts";
import { markFailures } from "./mark-failures.ts";
import { mergeRoles } from "./merge-roles.ts";
import { normaliseToolName } from "./normalise-tool-name.ts";
import { nudgeSilence } from "./nudge-silence.ts";
import { offerAllTools } from "./offer-all-tools.ts";
import { pairResults } from "./pair-results.ts";
import { redoCutReply } from "./redo-cut-reply.ts";
import { releaseToolChoice } from "./release-tool-choice.ts";
import { retrySelectively } from "./retry-selectively.ts";
import { retryTransient } from "./retry-transient.ts";
import { sendObjectInputs } from "./send-object-inputs.ts";
import { sendOnce } from "./send-once.ts";
import { serialiseCalls } from "./serialise-calls.ts";
import { shrinkOnly } from "./shrink-only.ts";
import { skipCache } from "./skip-cache.ts";
import { snapCut } from "./snap-cut.ts";
import { steadyKey } from "./steady-key.ts";
import { storeOnce } from "./store-once.ts";
import { storeWholeReply } from "./store-whole-reply.ts";
import { surfaceError } from "./surface-error.ts";
import { tolerateLineEnds } from "./tolerate-line-ends.ts";
import { wholeCharacters } from "./whole-characters.ts";
import { widenLimit } from "./widen-limit.ts";

/** Each answers a known kind of failure, and says how far the evidence asks for it. */
export const TEMPLATES: readonly Operator[] = [
  answerEveryCall,
  guardUndefined,
  isolateThrow,
  retryTransient,
  surfaceError,
  nudgeSilence,
  headAndTail,
  normaliseToolName,
  widenLimit,
  awaitPromise,
  pairResults,
  mergeRoles,
  dropEmptyParts,
  freshCallIds,
  keepTask,
  fitContext,
  redoCutReply,
  continuePaused,
  releaseToolChoice,
  sendOnce,
  sendObjectInputs,
  wholeCharacters,
  checkCalls,
  markFailures,
  boundResults,
  breakRepetition,
  checkBeforeEnd,
  keepPrompts,
  boundAttempts,
  callsFirst,
  convertUnits,
  honourRetryAfter,
  isolateServices,
  offerAllTools,
  retrySelectively,
  serialiseCalls,
  shrinkOnly,
  skipCache,
  snapCut,
  steadyKey,
  storeOnce,
  storeWholeReply,
  tolerateLineEnds,
];
