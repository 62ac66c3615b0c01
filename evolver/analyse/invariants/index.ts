/**
 * What holds for every correct run, checked on each trajectory. A breach stands closer to the cause than the failure that it
 * leads to, which often shows one request later and in another file. So the scores lie above those of the symptoms
 * (`../detectors/index.ts`), but for those that name the broken message or the line:
 *
 * 1. `broken-pairing` .985, above all: it is what the provider refuses. Half of that in imported runs, whose requests are put
 *    together from a transcript.
 * 2. `repeated-message` .97, `counter-not-reset` .965: below `invalid-request` only. The first never, and the second only by
 *    what the harness notes, in imported runs.
 * 3. `context-not-smaller` .94, `budget-not-monotone` .93, `end-not-once` .93: below `invalid-request`, the
 *    `transient-error` of a model call, and `harness-error`.
 */
import type { Detector } from "../detector.ts";
import { brokenPairing } from "./broken-pairing.ts";
import { budgetNotMonotone } from "./budget-not-monotone.ts";
import { contextNotSmaller } from "./context-not-smaller.ts";
import { counterNotReset } from "./counter-not-reset.ts";
import { endNotOnce } from "./end-not-once.ts";
import { repeatedMessage } from "./repeated-message.ts";

export const INVARIANTS: readonly Detector[] = [
  brokenPairing,
  repeatedMessage,
  contextNotSmaller,
  counterNotReset,
  budgetNotMonotone,
  endNotOnce,
];
