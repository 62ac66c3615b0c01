/**
 * Makes trials of both arms side by side until they suffice, where the model answers differently from time to time.
 *
 * Each pair is of a task drawn uniformly from the whole suite, and both of its trials are new: none of them chose the task, the
 * cluster or the candidate. So the comparison is valid whatever was seen before; see `replay/gate/sequential.ts`. The
 * candidate's trial of a pair begins as the baseline's did; see `recordings.ts`.
 */
import { availableParallelism } from "node:os";
import type { Comparison } from "../../replay/gate/evidence.ts";
import { closeTest, openTest } from "../../replay/gate/life.ts";
import { begin, nextTask, observe, type Progress } from "../../replay/gate/sequential.ts";
import { plan } from "../../replay/gate/sequential-plan.ts";
import type { TrialResult } from "../../replay/trial.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { withTrials, type Arm } from "./arm.ts";
import type { EvaluationContext } from "./evaluate.ts";
import { secureRandom } from "./secure-random.ts";
import { recordingsOf, type RecordingFor } from "./recordings.ts";

export interface Compared {
  readonly comparison: Comparison;
  /** Both arms with the trials that were made. */
  readonly parent: Arm;
  readonly candidate: Arm;
  /** Says, once the verdict is there, whether the candidate was accepted: that decides what the next one must show. */
  close(accepted: boolean): Promise<void>;
}

/**
 * Takes a level of the agent's life, which is spent whatever happens next, and compares.
 * @param title of the patch, for whoever watches
 * @throws RatchetError when the life cannot be read; what a trial throws
 */
export async function compare(context: EvaluationContext, candidate: Arm, title: string): Promise<Compared> {
  const { store, home, suite, ledger, watch } = context;
  const { index, level } = await openTest(store, {
    candidate: candidate.genome.sha,
    alpha: home.config.evolution.alpha,
  });
  const planned = plan(suite.length, level);
  const pairsAtOnce = Math.max(
    1,
    Math.ceil((home.config.evolution.parallel ?? availableParallelism() + 1) / 2),
  );
  let arms = { parent: context.parent, candidate };
  let progress = begin(planned);
  while (progress.state === "open" && !ledger.isSpent()) {
    const drawn = draw(suite, Math.min(pairsAtOnce, planned.pairs - progress.pairs));
    const baseline = await makeTrials(context, arms.parent, drawn);
    const recorded = recordingsOf(
      store,
      Map.groupBy(baseline, ({ task }) => task),
    );
    const patched = await makeTrials(context, arms.candidate, drawn, recorded);
    arms = { parent: withTrials(arms.parent, baseline), candidate: withTrials(arms.candidate, patched) };
    progress = drawn.reduce<Progress>(
      (before, _, i) => observe(planned, before, pairOf(baseline[i], patched[i])),
      progress,
    );
    const { pairs, evalue } = progress;
    watch?.({ kind: "comparing", title, pairs, atMost: planned.pairs, evalue, needed: 1 / level });
  }
  const { state, pairs, gains, losses, evalue } = progress;
  const ended = state === "open" ? "budget" : state;
  return {
    ...arms,
    comparison: { state: ended, level, pairs, gains, losses, evalue },
    close: (accepted) => closeTest(store, index, { evalue, pairs, state, accepted }),
  };
}

function draw(suite: readonly TaskOnDisk[], count: number): TaskOnDisk[] {
  return Array.from({ length: count }, () => {
    const task = suite[nextTask(suite.length, secureRandom())];
    if (task === undefined) throw new Error("compare: the suite has no tasks");
    return task;
  });
}

function makeTrials(
  { runner, signal }: EvaluationContext,
  { genome }: Arm,
  tasks: readonly TaskOnDisk[],
  recordingFor?: RecordingFor,
): Promise<TrialResult[]> {
  const request = { genome, tasks, purpose: "trial", signal } as const;
  return runner.runAll(recordingFor === undefined ? request : { ...request, recordingFor });
}

/** What nobody could decide counts against the candidate: left out, it could hide what the candidate breaks. */
function pairOf(baseline: TrialResult | undefined, candidate: TrialResult | undefined) {
  return {
    baseline: baseline === undefined || baseline.undecided || baseline.pass,
    candidate: candidate !== undefined && !candidate.undecided && candidate.pass,
  };
}
