/** What the gate is told besides the table: whether the patch took part in what it is said to have fixed, and at what price. */
import { dormantLines, exercised, type Change, type Dormant } from "../../replay/exercised.ts";
import type { GateEvidence } from "../../replay/gate/evidence.ts";
import type { Proposal } from "../candidate.ts";
import type { Trace } from "../failure.ts";
import { traceForProposers, trialsOf, type Arm } from "./arm.ts";
import { changesOf } from "./changes.ts";
import { costOf } from "./cost.ts";
import type { EvaluationContext } from "./evaluate.ts";
import { gamingOf } from "./gaming.ts";
import { originOutcomes } from "./gate-table.ts";
import { count } from "../../runtime/kernel/count.ts";

/**
 * @param incomplete cases that are not in the table, as `gateTable` found
 * @throws RatchetError when the store cannot be read. What else cannot be found out is undefined, and so unknown to the gate.
 */
export async function gateEvidence(
  context: EvaluationContext,
  proposal: Proposal,
  candidate: Arm,
  incomplete: readonly string[],
): Promise<GateEvidence> {
  const { home, target, parent, deterministic, cases, unreadable } = context;
  const changes = changesOf(proposal, home);
  const flipped = [...target.support, ...target.holdout].filter((task) =>
    hasFlipped(parent, candidate, task),
  );
  const traces = await Promise.all(flipped.map((task) => passingTraces(context, candidate, task)));
  const answers = traces.map((trials) => exercisedIn(trials, changes));
  const usedIn = answers.filter((answer) => answer === "yes").length;
  const asleep = dormantLines(
    changes,
    traces.flat().map(({ events }) => events),
  );
  const used = deterministic ? inAll(answers) : inAny(answers);
  return {
    deterministic,
    incomplete,
    unreadable,
    gaming: await gamingOf(context, candidate),
    cost: costOf(parent, candidate, [...cases.keys()], home.config.evolution.cost_ratio),
    origin: originOutcomes(context),
    // Code that can act and that nobody has seen run may do anything later: a person has to read it.
    exercised: used === "yes" && asleep.acting > 0 ? "unknown" : used,
    exercisedBy: `what was changed was used in ${usedIn} of ${count(flipped.length, "case")} that it fixed${unseen(asleep)}`,
  };
}

function unseen({ dormant, acting, of }: Dormant): string {
  if (dormant === 0) return "";
  const can = acting === 0 ? "" : `, and ${acting} of those can act`;
  return `; ${dormant} of ${count(of, "changed line")} of code ran in none of them${can}`;
}

/** Failed with the parent and passed with the candidate; where trials differ, each at least once. */
function hasFlipped(parent: Arm, candidate: Arm, task: string): boolean {
  const failed = trialsOf(parent, task).some(({ pass, undecided }) => !pass && !undecided);
  return failed && trialsOf(candidate, task).some(({ pass }) => pass);
}

/** Where trials repeat, a case that was fixed without the patch being used was fixed by something else. */
function inAll(answers: readonly GateEvidence["exercised"][]): GateEvidence["exercised"] {
  if (answers.length === 0 || answers.includes("unknown")) return "unknown";
  return answers.includes("no") ? "no" : "yes";
}

/** Where they differ, some cases flip by chance; that more pass is shown elsewhere, and here that the patch had a part in it. */
function inAny(answers: readonly GateEvidence["exercised"][]): GateEvidence["exercised"] {
  if (answers.includes("yes")) return "yes";
  return answers.length === 0 || answers.includes("unknown") ? "unknown" : "no";
}

async function passingTraces(
  { store }: EvaluationContext,
  candidate: Arm,
  task: string,
): Promise<readonly Trace[]> {
  const passing = trialsOf(candidate, task).filter(({ pass }) => pass);
  return Promise.all(passing.map((trial) => traceForProposers(store, trial)));
}

/** One passing trial that used it is enough for a case. */
function exercisedIn(traces: readonly Trace[], changes: readonly Change[]): GateEvidence["exercised"] {
  const answers = traces.map(({ events }) => exercised(changes, events));
  if (answers.includes("yes")) return "yes";
  return answers.includes("unknown") ? "unknown" : "no";
}
