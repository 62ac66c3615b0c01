/** The gate: claims about a candidate, each a small pure function, joined into a verdict. */
import { messageOf } from "../../runtime/kernel/error.ts";
import { UNASKED, type GateEvidence } from "./evidence.ts";
import type { Outcome, Reason, Verdict } from "./outcome.ts";
import { isFixed, isLost } from "./arms.ts";
import { evalueOf } from "./bets.ts";
import { bestOfTwo } from "./control.ts";
import { RULES, TABLE_RULES, type NamedRule } from "./rules/index.ts";
import { agreesWithRoles, ALPHA, settingOf } from "./setting.ts";
import type { Case } from "./case.ts";
import { casesOf } from "./table.ts";

export type { GateEvidence } from "./evidence.ts";

export interface GateOptions {
  /** Bound on the probability that a candidate which does not help is accepted by evidence. Within (0, 1); 0.05. */
  readonly alpha?: number | undefined;
}

/**
 * Judges a candidate on its table. One claim that fails rejects it; otherwise one that is unknown leaves it
 * inconclusive; only when all hold is it accepted. A table whose arms repeat is decided exactly, any other by evidence; one that comes
 * with a sequential comparison always by that.
 * @throws TableError when the table has duplicates or holes. An error within a rule is no exception: it is unknown.
 * @throws RangeError when alpha is not within (0, 1)
 */
export function judge(
  outcomes: readonly Outcome[],
  evidence: GateEvidence,
  options: GateOptions = {},
): Verdict {
  return judgeBy(RULES, casesOf(outcomes), evidence, options);
}

/**
 * Judges a table that comes without evidence, as a person hands one over; nothing is asked that only trials can tell.
 * A single trial of a case tells all only when each case has a role, and came out with the baseline as its role says.
 * Otherwise evidence decides, as where trials differ.
 * @throws TableError and RangeError as {@link judge}.
 */
export function judgeTable(outcomes: readonly Outcome[], options: GateOptions = {}): Verdict {
  return judgeCases(casesOf(outcomes), options);
}

/** As {@link judgeTable}, for cases that were read from a file. @throws RangeError as {@link judge} */
export function judgeCases(cases: readonly Case[], options: GateOptions = {}): Verdict {
  const deterministic = agreesWithRoles(cases);
  return judgeBy(TABLE_RULES, cases, { ...UNASKED, deterministic }, options);
}

/** The verdict that reasons add up to; without any reason there is nothing to accept. */
export function verdictOf(reasons: readonly Reason[]): Verdict["verdict"] {
  if (reasons.some((reason) => reason.holds === "fails")) return "reject";
  return reasons.length > 0 && reasons.every((reason) => reason.holds === "holds")
    ? "accept"
    : "inconclusive";
}

function judgeBy(
  rules: readonly NamedRule[],
  cases: readonly Case[],
  evidence: GateEvidence,
  { alpha = ALPHA }: GateOptions,
): Verdict {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be between 0 and 1, and is ${alpha}`);
  const { comparison } = evidence;
  const repeats = settingOf(cases, evidence.deterministic, alpha);
  const setting = comparison === undefined ? repeats : { ...repeats, exact: false };
  const reasons = rules.map(([name, rule]) => reasonOf(name, () => rule(cases, evidence, setting)));
  const control = setting.exact ? undefined : bestOfTwo(cases);
  return {
    verdict: verdictOf(reasons),
    reasons,
    fixes: namesOf(cases.filter(isFixed)),
    regressions: namesOf(cases.filter(isLost)),
    trials: cases.reduce((sum, one) => sum + one.baseline.length + one.candidate.length, 0),
    ...(setting.exact ? {} : { evalue: Math.min(Number.MAX_VALUE, comparison?.evalue ?? evalueOf(cases)) }),
    ...(control === undefined ? {} : { control }),
  };
}

/** An error within a rule leaves its claim unknown. */
function reasonOf(name: string, rule: () => Reason): Reason {
  try {
    return rule();
  } catch (error) {
    return {
      name,
      claim: "the gate could decide this",
      holds: "unknown",
      figures: `error: ${messageOf(error)}`,
    };
  }
}

function namesOf(cases: readonly Case[]): string[] {
  return cases.map((one) => one.name);
}
