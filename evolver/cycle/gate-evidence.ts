/** What the gate is told besides the table: whether the patch took part in what it is said to have fixed. */
import { exercised, type Change } from "../../replay/exercised.ts";
import type { GateEvidence } from "../../replay/gate/evidence.ts";
import { partOf } from "../../runtime/kernel/genome.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { FileEdit, Proposal } from "../candidate.ts";
import { passes, traceOf, type Arm } from "./arm.ts";
import type { EvaluationContext } from "./evaluate.ts";

export async function gateEvidence(
  context: EvaluationContext,
  proposal: Proposal,
  candidate: Arm,
  incomplete: readonly string[],
): Promise<GateEvidence> {
  const { cases, parent, deterministic } = context;
  const changes = proposal.edits.map((edit) => toChange(edit, context.home));
  const fixed = [...cases.support, ...cases.holdout].filter(
    (task) => passes(candidate, task) === true && passes(parent, task) === false,
  );
  const answers = await Promise.all(fixed.map((task) => exercisedIn(context, candidate, task, changes)));
  const used = answers.filter((answer) => answer === "yes").length;
  return {
    deterministic,
    incomplete,
    exercised: overall(answers),
    exercisedBy: `what was changed was used in ${used} of ${fixed.length} cases that it fixed`,
  };
}

/** A case that was fixed without the patch being used was fixed by something else. */
function overall(answers: readonly GateEvidence["exercised"][]): GateEvidence["exercised"] {
  if (answers.length === 0 || answers.includes("unknown")) return "unknown";
  return answers.includes("no") ? "no" : "yes";
}

/** One trial that used it is enough for a case. */
async function exercisedIn(
  { store }: EvaluationContext,
  candidate: Arm,
  task: string,
  changes: readonly Change[],
): Promise<GateEvidence["exercised"]> {
  const traces = await Promise.all((candidate.trials.get(task) ?? []).map((trial) => traceOf(store, trial)));
  const answers = traces.map(({ events }) => exercised(changes, events));
  if (answers.includes("yes")) return "yes";
  return answers.includes("unknown") ? "unknown" : "no";
}

/** A path of the home as the path in a release, where each part has a fixed name. */
function toChange(edit: FileEdit, home: Home): Change {
  const { genome } = home.config;
  const part = partOf(edit.path, genome);
  const path = part === undefined ? edit.path : `${part}${edit.path.slice(genome[part].length)}`;
  return { path, before: edit.before, after: edit.after };
}
