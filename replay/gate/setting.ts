/** How a table is decided. */
import { isFlaky } from "./arms.ts";
import type { Case } from "./case.ts";

export interface Setting {
  /** Every trial told the same, and none is needed more: what the table shows is so. Otherwise evidence decides. */
  readonly exact: boolean;
  /** Bound on the probability of a false claim. */
  readonly alpha: number;
}

export const ALPHA = 0.05;

/**
 * Exact when the trials of each arm agree in each case, and there are enough of them, or `deterministic` says that one
 * is enough. A case that passes every other time looks fixed in n trials of each arm with probability (1/4)ⁿ: with two
 * that is above 5%. So three are asked for, or two where cases have roles: a failing case has been seen to fail before.
 */
export function settingOf(cases: readonly Case[], deterministic: boolean, alpha: number): Setting {
  const enough = deterministic ? 1 : cases.every((one) => one.role === undefined) ? 3 : 2;
  const repeats = (one: Case): boolean =>
    !isFlaky(one) && Math.min(one.baseline.length, one.candidate.length) >= enough;
  return { exact: cases.every(repeats), alpha };
}

/** The cases came out with the baseline as their roles say: something has seen each of them before. */
export function agreesWithRoles(cases: readonly Case[]): boolean {
  return cases.every(({ role, baseline }) => {
    switch (role) {
      case undefined:
        return false;
      case "failing":
      case "holdout":
        return !baseline.includes(true);
      case "passing":
      case "bank":
      case "safety":
        return !baseline.includes(false);
    }
  });
}
