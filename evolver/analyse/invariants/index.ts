/**
 * What holds for every correct run, checked on each trajectory. A breach stands closer to the cause than the failure that it
 * leads to, which often shows one request later and in another file: so the scores lie above those of the symptoms.
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
