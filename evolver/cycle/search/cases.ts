/** The failing cases that candidates are tried on quickly, and how the head fails them. */
import { createHash } from "node:crypto";
import { tryCases, type QuickLimits, type QuickResult } from "../../../replay/quick/try-cases.ts";
import type { HarnessExit } from "../../../runtime/kernel/protocol.ts";
import type { Store } from "../../../runtime/kernel/store/store.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { trialsOf } from "../arm.ts";
import type { EvaluationContext } from "../evaluate.ts";
import type { CycleState } from "../state.ts";

export interface QuickCase {
  readonly task: TaskOnDisk;
  /** How the head went on in it: what it asked, and what it was answered. */
  readonly course: string;
  /** Lines that the head ran in it. */
  readonly coverage: HarnessExit["coverage"];
}

/** Cases that a candidate is tried on at most; those that survive are tried on all of them. */
const MOST_CASES = 4;

/**
 * Cases of the support part that the head fails in a quick trial, too, the shortest first; none when a quick trial does not
 * show the failure. They cost what trials cost, and none begins when the money is spent.
 */
export async function quickCases(
  state: CycleState,
  context: EvaluationContext,
  limits: QuickLimits,
): Promise<readonly QuickCase[]> {
  const { runtime, signal } = state.options;
  const { ledger } = context;
  if (ledger.isSpent()) return [];
  const failed = context.target.support.flatMap((id) => {
    const task = context.tasks.get(id);
    const trial = trialsOf(context.parent, id).find(({ pass, undecided }) => !pass && !undecided);
    return task === undefined || trial === undefined ? [] : [{ task, trial }];
  });
  const shortest = failed
    .toSorted((a, b) => a.trial.totals.inputTokens - b.trial.totals.inputTokens)
    .slice(0, MOST_CASES);
  const { genome } = context.parent;
  const tasks = shortest.map(({ task }) => task);
  const goOn = ({ costUsd }: QuickResult): boolean => {
    ledger.charge(costUsd);
    return !ledger.isSpent();
  };
  const results = await tryCases(runtime, { genome, tasks, limits, signal, goOn });
  const failing = new Set(results.flatMap(({ task, verdict }) => (verdict === "fail" ? [task] : [])));
  return Promise.all(
    shortest
      .filter(({ task }) => failing.has(task.id))
      .map(async ({ task, trial }) => ({ task, ...(await courseOf(runtime.store, trial.id)) })),
  );
}

async function courseOf(store: Store, run: string): Promise<Pick<QuickCase, "course" | "coverage">> {
  const hash = createHash("sha256");
  let coverage: HarnessExit["coverage"];
  for (const { event } of await store.events(run)) {
    if (event.kind === "model_called") hash.update(event.request.hash);
    else if (event.kind === "tool_called")
      hash.update(JSON.stringify([event.name, event.input, event.result]));
    else if (event.kind === "harness_exited") ({ coverage } = event);
  }
  return { course: hash.digest("hex"), coverage };
}

/** Room for whatever a run that passes takes: a candidate that hangs has to end soon. */
export async function quickLimits(
  { runtime, tasks }: CycleState["options"],
  parent: EvaluationContext["parent"],
): Promise<QuickLimits> {
  const passing = tasks.flatMap(({ id }) => trialsOf(parent, id).find(({ pass }) => pass) ?? []);
  const runs = await Promise.all(passing.slice(0, SAMPLE).map(({ id }) => runtime.store.getRun(id)));
  const longest = Math.max(0, ...runs.map(secondsOf));
  const seconds = Math.ceil(Math.min(60, 10 + 4 * longest));
  return { seconds, cpuSeconds: seconds };
}

/** Runs that passed of which the longest is looked for. */
const SAMPLE = 20;

function secondsOf({
  startedAt,
  endedAt,
}: {
  readonly startedAt: string;
  readonly endedAt: string | null;
}): number {
  return endedAt === null ? 0 : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
}
