/** All templates of scenarios. */
import type { Scenario, Template } from "../model/plan.ts";
import { BUDGETS } from "./budgets.ts";
import { COMPACTION } from "./compaction.ts";
import { CONTEXT } from "./context.ts";
import { PAIRING } from "./pairing.ts";
import { REPLIES } from "./replies.ts";
import { RETRY } from "./retry.ts";
import { STAGNATION } from "./stagnation.ts";
import { STOP } from "./stop.ts";
import { TOOLS } from "./tools.ts";
import { TRUNCATION } from "./truncation.ts";
import { WAITS } from "./waits.ts";

export const TEMPLATES: readonly Template[] = [
  ...COMPACTION,
  ...STOP,
  ...RETRY,
  ...STAGNATION,
  ...PAIRING,
  ...CONTEXT,
  ...BUDGETS,
  ...REPLIES,
  ...TRUNCATION,
  ...TOOLS,
  ...WAITS,
];

/** The scenario of a job such as `ledger-3`; undefined when there is no such template. */
export function scenarioOf(job: string): Scenario | undefined {
  const at = job.lastIndexOf("-");
  const template = TEMPLATES.find(({ name }) => name === job.slice(0, at));
  return template?.make(Number(job.slice(at + 1)));
}
