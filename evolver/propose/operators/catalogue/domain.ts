/** Operators that know what a harness is: they hold for any one with a loop, a conversation, calls and results. */
import type { Operator } from "../operator.ts";
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
import { honourRetryAfter } from "./honour-retry-after.ts";
import { isolateServices } from "./isolate-services.ts";
import { keepPrompts } from "./keep-prompts.ts";
import { keepTask } from "./keep-task.ts";
import { markFailures } from "./mark-failures.ts";
import { mergeRoles } from "./merge-roles.ts";
import { offerAllTools } from "./offer-all-tools.ts";
import { pairResults } from "./pair-results.ts";
import { redoCutReply } from "./redo-cut-reply.ts";
import { releaseToolChoice } from "./release-tool-choice.ts";
import { retrySelectively } from "./retry-selectively.ts";
import { sendOnce } from "./send-once.ts";
import { sendObjectInputs } from "./send-object-inputs.ts";
import { serialiseCalls } from "./serialise-calls.ts";
import { shrinkOnly } from "./shrink-only.ts";
import { skipCache } from "./skip-cache.ts";
import { snapCut } from "./snap-cut.ts";
import { steadyKey } from "./steady-key.ts";
import { storeOnce } from "./store-once.ts";
import { storeWholeReply } from "./store-whole-reply.ts";
import { tolerateLineEnds } from "./tolerate-line-ends.ts";
import { wholeCharacters } from "./whole-characters.ts";

export const DOMAIN_OPERATORS: readonly Operator[] = [
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
