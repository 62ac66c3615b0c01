/** Live runs of the current release that failed, grouped by what broke. */
import { currentRelease } from "../replay/release/release.ts";
import type { Home } from "../runtime/kernel/home/home.ts";
import type { RunRow, Store } from "../runtime/kernel/store/store.ts";
import { analyse, contrastOf } from "./analyse/analyse.ts";
import { cluster } from "./cluster.ts";
import type { Cluster, Trace } from "./failure.ts";

/** Runs that are looked at, the newest first. */
const MAX_RUNS = 2000;

export interface Collected {
  readonly clusters: readonly Cluster[];
  /** Runs with an outcome, passing or failing. */
  readonly labelled: number;
}

export async function failureClusters(home: Home, store: Store): Promise<Collected> {
  const release = (await currentRelease(home.dir)).commit;
  const runs = await store.listRuns({ purpose: "live", release, limit: MAX_RUNS });
  const labelled = newestPerTask(runs.filter(({ outcome }) => outcome.kind !== "unknown"));
  const passing = labelled.filter(({ outcome }) => outcome.kind !== "unknown" && outcome.pass);
  const failing = labelled.filter(({ outcome }) => outcome.kind !== "unknown" && !outcome.pass);
  const contrast = contrastOf(await tracesOf(store, passing));
  const failures = (await tracesOf(store, failing)).map((trace) => analyse(trace, contrast));
  return { clusters: cluster(failures), labelled: labelled.length };
}

/** A task counts once, with its latest run; a run outside a suite is a task of its own. */
function newestPerTask(runs: readonly RunRow[]): RunRow[] {
  const newest = new Map<string, RunRow>();
  for (const run of runs) {
    const key = run.task ?? run.id;
    if (!newest.has(key)) newest.set(key, run);
  }
  return [...newest.values()];
}

async function tracesOf(store: Store, runs: readonly RunRow[]): Promise<Trace[]> {
  return Promise.all(
    runs.map(async (run) => ({ run, events: (await store.events(run.id)).map((stored) => stored.event) })),
  );
}
