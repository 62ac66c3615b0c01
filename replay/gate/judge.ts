/** The gate: claims about a candidate, each a small pure function, joined into a verdict. */
import { messageOf } from "../../runtime/kernel/error.ts";
import type { GateEvidence } from "./evidence.ts";
import type { Outcome, Reason, Verdict } from "./outcome.ts";
import { isFixed, isLost } from "./arms.ts";
import { exercised } from "./exercised.ts";
import { harmsNothing } from "./harms-nothing.ts";
import { holdsOut } from "./holds-out.ts";
import { improves } from "./improves.ts";
import { reproducible } from "./reproducible.ts";
import { casesOf, type Case } from "./table.ts";

export type { GateEvidence } from "./evidence.ts";

/** A claim that must hold. `holds` is `unknown` when the evidence does not suffice either way. */
export type Rule = (cases: readonly Case[], evidence: GateEvidence) => Reason;

const RULES: readonly (readonly [name: string, rule: Rule])[] = [
  ["reproducible", reproducible],
  ["exercised", exercised],
  ["improves", improves],
  ["harms-nothing", harmsNothing],
  ["holds-out", holdsOut],
];

const TABLE_RULES = RULES.filter(([name]) => name !== "exercised");

/**
 * Judges a candidate on its table. One claim that fails rejects it; otherwise one that is unknown leaves it
 * inconclusive; only when all hold is it accepted.
 * @throws TableError when the table has duplicates or holes. An error within a rule is no exception: it is unknown.
 */
export function judge(outcomes: readonly Outcome[], evidence: GateEvidence): Verdict {
  return judgeBy(RULES, outcomes, evidence);
}

/**
 * Judges a table that comes without evidence, as a person hands one over: it is taken at its word that one trial tells
 * all, and whether the patch was exercised is not asked. Cases with several trials must still repeat exactly.
 * @throws TableError as {@link judge}.
 */
export function judgeTable(outcomes: readonly Outcome[]): Verdict {
  return judgeBy(TABLE_RULES, outcomes, { exercised: "unknown", deterministic: true });
}

/** The verdict that reasons add up to; without any reason there is nothing to accept. */
export function verdictOf(reasons: readonly Reason[]): Verdict["verdict"] {
  if (reasons.some((reason) => reason.holds === "fails")) return "reject";
  return reasons.length > 0 && reasons.every((reason) => reason.holds === "holds")
    ? "accept"
    : "inconclusive";
}

function judgeBy(rules: typeof RULES, outcomes: readonly Outcome[], evidence: GateEvidence): Verdict {
  const cases = casesOf(outcomes);
  const reasons = rules.map(([name, rule]) => guarded(name, rule, cases, evidence));
  return {
    verdict: verdictOf(reasons),
    reasons,
    fixes: namesOf(cases.filter(isFixed)),
    regressions: namesOf(cases.filter(isLost)),
    trials: outcomes.length,
  };
}

function guarded(name: string, rule: Rule, cases: readonly Case[], evidence: GateEvidence): Reason {
  try {
    return rule(cases, evidence);
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
