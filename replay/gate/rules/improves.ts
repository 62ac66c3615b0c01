import { isFixed, isLost, listed } from "../arms.ts";
import { evalueOf } from "../bets.ts";
import type { Comparison, GateEvidence } from "../evidence.ts";
import type { Reason } from "../outcome.ts";
import type { Setting } from "../setting.ts";
import type { Case } from "../case.ts";

/**
 * More passes than before.
 *
 * Exact: strictly more of the failing cases pass, and the cases that may move either way do not lose more than that. A table that gives
 * no case a role is judged as a whole: there the net number of passes must rise. Equal scores are no improvement.
 *
 * By evidence: the mean pass rate over all cases of the table rises, whatever their roles. Failing cases alone would be
 * judged by trials for which they were picked: a case that passes every other time, picked because it had failed, gets
 * better by itself. Holds when the e-value reaches 1/α, fails when that of the opposite does, and is unknown otherwise.
 *
 * By a sequential comparison, where there is one: holds when it ended as `better`, and is unknown otherwise. The level is that
 * of this candidate in the life of the agent, not that of the table.
 */
export function improves(cases: readonly Case[], { comparison }: GateEvidence, setting: Setting): Reason {
  if (comparison !== undefined) return byComparison(comparison);
  return setting.exact ? exactly(cases) : byEvidence(cases, setting);
}

function byComparison({ state, level, pairs, gains, losses, evalue }: Comparison): Reason {
  const ends = {
    better: "enough",
    futile: "given up: it would hardly ever be enough",
    spent: "not enough in as many pairs as are worth it",
    budget: "the budget was spent before it was enough",
  };
  return {
    name: "improves",
    claim: "the mean pass rate over all tasks of the suite rises",
    holds: state === "better" && evalue >= (1 - 1e-9) / level ? "holds" : "unknown",
    figures:
      `${gains} gained and ${losses} lost in ${pairs} pairs of trials; e-value ${short(evalue)}, ` +
      `${short(1 / level)} needed: ${ends[state]}`,
  };
}

function exactly(cases: readonly Case[]): Reason {
  const unlabelled = cases.every((one) => one.role === undefined);
  const judged = unlabelled ? cases : cases.filter((one) => one.role === "failing");
  const fixed = judged.filter(isFixed);
  const lost = judged.filter(isLost);
  const claim = unlabelled ? "more cases pass than before" : "more of the failing cases pass than before";
  const others = unlabelled ? [] : cases.filter((one) => one.role === undefined);
  const net = fixed.length - lost.length;
  const netOfOthers = others.filter(isFixed).length - others.filter(isLost).length;
  const beside = netOfOthers < 0 ? `; of those without a role ${-netOfOthers} more lost than fixed` : "";
  const figures = `${fixed.length} of ${judged.length} fixed (${listed(fixed)}), ${lost.length} lost${beside}`;
  if (judged.length === 0)
    return { name: "improves", claim, holds: "unknown", figures: "no failing case was run" };
  return { name: "improves", claim, holds: net > 0 && net + netOfOthers >= 0 ? "holds" : "fails", figures };
}

function byEvidence(cases: readonly Case[], { alpha }: Setting): Reason {
  const [gain, loss] = [evalueOf(cases, "gain"), evalueOf(cases, "loss")];
  const holds = gain >= 1 / alpha ? "holds" : loss >= 1 / alpha ? "fails" : "unknown";
  const rates = `${percent(cases, "baseline")} passed with the baseline, ${percent(cases, "candidate")} with the candidate`;
  const evidence = holds === "fails" ? `e-value ${short(loss)} that fewer pass` : `e-value ${short(gain)}`;
  return {
    name: "improves",
    claim: "the mean pass rate over all cases rises",
    holds,
    figures: `${rates}; ${evidence}, ${short(1 / alpha)} needed`,
  };
}

/** Every case counts the same, however many trials it has. */
function percent(cases: readonly Case[], arm: "baseline" | "candidate"): string {
  const rates = cases.map((one) => one[arm].filter(Boolean).length / one[arm].length);
  return `${((100 * rates.reduce((sum, rate) => sum + rate, 0)) / rates.length).toFixed(1)}%`;
}

function short(value: number): string {
  return value >= 1e6 ? value.toExponential(1) : Number(value.toPrecision(3)).toString();
}
