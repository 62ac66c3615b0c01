/** Small questions about the trials of one case that several rules ask. */
import type { Case } from "./case.ts";

/** Every trial came out as `pass`. */
export function always(trials: readonly boolean[], pass: boolean): boolean {
  return trials.length > 0 && trials.every((trial) => trial === pass);
}

/** Failed with the baseline in every trial, passed with the candidate in every trial. */
export function isFixed(one: Case): boolean {
  return always(one.baseline, false) && always(one.candidate, true);
}

/** Passed with the baseline in every trial, failed with the candidate in every trial. */
export function isLost(one: Case): boolean {
  return always(one.baseline, true) && always(one.candidate, false);
}

/** An arm gave different answers in different trials. */
export function isFlaky(one: Case): boolean {
  return [one.baseline, one.candidate].some((arm) => arm.includes(true) && arm.includes(false));
}

/** `a, b, c and 4 more`; `none` for an empty list. */
export function listed(cases: readonly Case[], shown = 5): string {
  if (cases.length === 0) return "none";
  const names = cases.slice(0, shown).map((one) => one.name);
  return cases.length > shown ? `${names.join(", ")} and ${cases.length - shown} more` : names.join(", ");
}
