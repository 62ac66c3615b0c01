/** All operators, one a file beside this one. */
import type { Operator } from "../operator.ts";
import { answerEveryCall } from "./answer-every-call.ts";
import { awaitPromise } from "./await-promise.ts";
import { DOMAIN_OPERATORS } from "./domain.ts";
import { guardUndefined } from "./guard-undefined.ts";
import { headAndTail } from "./head-and-tail.ts";
import { isolateThrow } from "./isolate-throw.ts";
import { normaliseToolName } from "./normalise-tool-name.ts";
import { nudgeSilence } from "./nudge-silence.ts";
import { retryTransient } from "./retry-transient.ts";
import { surfaceError } from "./surface-error.ts";
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
  ...DOMAIN_OPERATORS,
];
