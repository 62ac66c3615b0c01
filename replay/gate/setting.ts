/** How a table is decided. */
import { isFlaky, isTriedOnce } from "./arms.ts";
import type { Case } from "./table.ts";

export interface Setting {
  /** Every trial told the same, and none is needed more: what the table shows is so. Otherwise evidence decides. */
  readonly exact: boolean;
  /** Bound on the probability of a false claim. */
  readonly alpha: number;
}

export const ALPHA = 0.05;

/**
 * Exact when the trials of each arm agree in each case, and either there are two of them or `deterministic` says that
 * one is enough.
 */
export function settingOf(cases: readonly Case[], deterministic: boolean, alpha: number): Setting {
  return { exact: !cases.some((one) => isFlaky(one) || (isTriedOnce(one) && !deterministic)), alpha };
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
