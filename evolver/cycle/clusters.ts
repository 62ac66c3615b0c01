/** The failures of the present head, grouped by what broke. */
import type { TrialResult } from "../../replay/trial.ts";
import { analyse, contrastOf } from "../analyse/analyse.ts";
import { cluster } from "../cluster.ts";
import type { Cluster, Failure, Trace } from "../failure.ts";
import { passes, traceOf, type Arm } from "./arm.ts";
import type { CycleState } from "./state.ts";

export async function clustersOf(state: CycleState): Promise<Cluster[]> {
  const contrast = contrastOf(await passingTraces(state));
  const failing = [...state.head.trials].filter(([task]) => passes(state.head, task) === false);
  const trials = failing.flatMap(([, all]) => all.find(({ pass }) => !pass) ?? []);
  return cluster((await tracesOf(state, trials)).map((trace): Failure => analyse(trace, contrast)));
}

/** One trace of each task that passes, for contrast. */
export async function passingTraces(state: CycleState): Promise<Trace[]> {
  return tracesOf(state, passingTrials(state.head));
}

function passingTrials(arm: Arm): TrialResult[] {
  return [...arm.trials].flatMap(([task, trials]) => (passes(arm, task) === true ? trials.slice(0, 1) : []));
}

async function tracesOf({ options }: CycleState, trials: readonly TrialResult[]): Promise<Trace[]> {
  return Promise.all(trials.map((trial) => traceOf(options.runtime.store, trial)));
}
