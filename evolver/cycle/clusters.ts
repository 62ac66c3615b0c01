/** The failures of the present head, grouped by what broke. Of the suite only: nobody learns from what guards. */
import type { TrialResult } from "../../replay/trial.ts";
import { analyse, contrastOf } from "../analyse/analyse.ts";
import { cluster } from "../clusters/cluster.ts";
import type { Cluster, Failure, Trace } from "../failure.ts";
import { passes, traceForProposers } from "./arm.ts";
import type { CycleState } from "./state.ts";

/** Biggest first. Tasks that nobody could decide are in none. @throws RatchetError when the store cannot be read */
export async function clustersOf(state: CycleState): Promise<Cluster[]> {
  const contrast = contrastOf(await passingTraces(state));
  const failing = state.options.tasks.filter(({ id }) => passes(state.head, id) === false);
  const trials = failing.flatMap(({ id }) => state.head.trials.get(id)?.find(({ pass }) => !pass) ?? []);
  return cluster((await tracesOf(state, trials)).map((trace): Failure => analyse(trace, contrast)));
}

/** One trace of each task that passes, for contrast. A task that was held out stays unseen when a patch has made it pass. */
export async function passingTraces(state: CycleState): Promise<Trace[]> {
  const passing = state.options.tasks.filter(
    ({ id }) => passes(state.head, id) === true && state.sides.get(id) !== "holdout",
  );
  return tracesOf(
    state,
    passing.flatMap(({ id }) => state.head.trials.get(id)?.slice(0, 1) ?? []),
  );
}

async function tracesOf({ options }: CycleState, trials: readonly TrialResult[]): Promise<Trace[]> {
  return Promise.all(trials.map((trial) => traceForProposers(options.runtime.store, trial)));
}
