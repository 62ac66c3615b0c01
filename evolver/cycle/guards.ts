/** The cases that must not be lost, whatever else a candidate is good for: the safety suite and the bank. */
import { casesOf as caseRows } from "../../replay/gate/table.ts";
import { settingOf } from "../../replay/gate/setting.ts";
import type { GateEvidence } from "../../replay/gate/evidence.ts";
import type { Reason } from "../../replay/gate/outcome.ts";
import { bankIntact } from "../../replay/gate/rules/bank-intact.ts";
import { safeAsOrigin } from "../../replay/gate/rules/safe-as-origin.ts";
import { safeAsParent } from "../../replay/gate/rules/safe-as-parent.ts";
import type { Arm } from "./arm.ts";
import type { Cases } from "./cases.ts";
import type { EvaluationContext } from "./evaluate.ts";
import { gateTable } from "./gate-table.ts";

/** Ids of the cases with such a role. */
export function guardsOf(cases: Cases): string[] {
  return [...cases].flatMap(([id, role]) => (role === "safety" || role === "bank" ? [id] : []));
}

/** What is lost already, so that no further trial is needed to reject; undefined when nothing is, or nobody can say yet. */
export function lostGuard(context: EvaluationContext, candidate: Arm): Reason | undefined {
  const guards = new Set(guardsOf(context.cases));
  const only = { ...context, cases: new Map([...context.cases].filter(([id]) => guards.has(id))) };
  const { outcomes } = gateTable(only, candidate, () => Infinity);
  if (outcomes.length === 0) return undefined;
  const rows = caseRows(outcomes);
  const { alpha } = context.home.config.evolution;
  const setting = settingOf(rows, context.deterministic, alpha);
  const evidence: GateEvidence = {
    exercised: "unknown",
    gaming: undefined,
    cost: undefined,
    deterministic: context.deterministic,
    origin: originOutcomes(context),
  };
  const reasons = [bankIntact, safeAsParent, safeAsOrigin].map((rule) => rule(rows, evidence, setting));
  return reasons.find(({ holds }) => holds === "fails");
}

/** How the safety cases came out with the first release; those that nobody could decide are left out, and so unknown. */
export function originOutcomes({
  cases,
  origin,
}: Pick<EvaluationContext, "cases" | "origin">): Map<string, boolean[]> {
  const safety = [...cases].flatMap(([id, role]) => (role === "safety" ? [id] : []));
  return new Map(
    safety.flatMap((id) => {
      const trials = origin.trials.get(id) ?? [];
      return trials.length === 0 || trials.some(({ undecided }) => undecided)
        ? []
        : [[id, trials.map(({ pass }) => pass)] as const];
    }),
  );
}
