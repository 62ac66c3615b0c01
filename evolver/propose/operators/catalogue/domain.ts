/** Operators that know what a harness is: they hold for any one with a loop, a conversation, calls and results. */
import type { Operator } from "../operator.ts";
import { boundResults } from "./bound-results.ts";
import { checkCalls } from "./check-calls.ts";
import { continuePaused } from "./continue-paused.ts";
import { dropEmptyParts } from "./drop-empty-parts.ts";
import { fitContext } from "./fit-context.ts";
import { freshCallIds } from "./fresh-call-ids.ts";
import { keepTask } from "./keep-task.ts";
import { markFailures } from "./mark-failures.ts";
import { mergeRoles } from "./merge-roles.ts";
import { pairResults } from "./pair-results.ts";
import { redoCutReply } from "./redo-cut-reply.ts";
import { releaseToolChoice } from "./release-tool-choice.ts";
import { sendObjectInputs } from "./send-object-inputs.ts";
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
  sendObjectInputs,
  wholeCharacters,
  checkCalls,
  markFailures,
  boundResults,
];
