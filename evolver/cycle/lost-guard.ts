/** Asks early whether a candidate has lost what must not be lost: a case of the safety suite or of the bank. */
import { casesOf } from "../../replay/gate/table.ts";
import { settingOf } from "../../replay/gate/setting.ts";
import { UNASKED } from "../../replay/gate/evidence.ts";
import type { Reason } from "../../replay/gate/outcome.ts";
import { bankIntact } from "../../replay/gate/rules/bank-intact.ts";
import { safeAsOrigin } from "../../replay/gate/rules/safe-as-origin.ts";
import { safeAsParent } from "../../replay/gate/rules/safe-as-parent.ts";
import type { Arm } from "./arm.ts";
import { guardsOf } from "./cases.ts";
import type { EvaluationContext } from "./evaluate.ts";
import { gateTable, originOutcomes } from "./gate-table.ts";

/** What is lost already, so that no further trial is needed to reject; undefined when nothing is, or nobody can say yet. */
export function lostGuard(context: EvaluationContext, candidate: Arm): Reason | undefined {
  const guards = new Set(guardsOf(context.cases));
  const only = { ...context, cases: new Map([...context.cases].filter(([id]) => guards.has(id))) };
  const { outcomes } = gateTable(only, candidate, () => Infinity);
  if (outcomes.length === 0) return undefined;
  const cases = casesOf(outcomes);
  const { alpha } = context.home.config.evolution;
  const setting = settingOf(cases, context.deterministic, alpha);
  const evidence = { ...UNASKED, deterministic: context.deterministic, origin: originOutcomes(context) };
  const reasons = [bankIntact, safeAsParent, safeAsOrigin].map((rule) => rule(cases, evidence, setting));
  return reasons.find(({ holds }) => holds === "fails");
}
