/** Live runs of our own that failed: digested where that was not done yet. */
import type { RunRow, Store } from "../../runtime/kernel/store/store.ts";
import type { FailureRow } from "../../runtime/kernel/store/failures.ts";
import { contrastOf, type Contrast } from "../analyse/analyse.ts";
import type { Trace } from "../failure.ts";
import { ANALYSIS, digestOf } from "./digest.ts";

/** Runs that are looked at, the newest first. */
const MAX_RUNS = 2000;
/** Passing runs that failures are held against. */
const MAX_CONTRAST = 200;

export interface OwnFailures {
  readonly rows: readonly FailureRow[];
  /** Runs with an outcome, passing or failing. */
  readonly labelled: number;
}

/**
 * A task counts once for each release, with its latest run; a run outside a suite is a task of its own.
 * @param release commit whose runs are meant; undefined: of any release
 */
export async function ownFailures(store: Store, release: string | undefined): Promise<OwnFailures> {
  const filter = release === undefined ? {} : { release };
  const runs = await store.listRuns({ ...filter, purpose: "live", limit: MAX_RUNS });
  const labelled = newestPerTask(runs.filter(({ outcome }) => outcome.kind !== "unknown"));
  const [passing, failing] = [true, false].map((pass) =>
    labelled.filter(({ outcome }) => outcome.kind !== "unknown" && outcome.pass === pass),
  ) as [RunRow[], RunRow[]];
  await digestMissing(store, failing, passing);
  return { rows: await store.failures.among(failing.map(({ id }) => id)), labelled: labelled.length };
}

async function digestMissing(
  store: Store,
  failing: readonly RunRow[],
  passing: readonly RunRow[],
): Promise<void> {
  const missing: RunRow[] = [];
  for (const run of failing) if (!(await store.failures.isDigested(run.id, ANALYSIS))) missing.push(run);
  if (missing.length === 0) return;
  const contrasts = new Map<string, Contrast>();
  for (const run of missing) {
    const contrast = contrasts.get(run.release) ?? (await contrastOn(store, run.release, passing));
    contrasts.set(run.release, contrast);
    await store.failures.put([digestOf(await traceOf(store, run), contrast)]);
  }
}

async function contrastOn(store: Store, release: string, passing: readonly RunRow[]): Promise<Contrast> {
  const traces: Trace[] = [];
  for (const run of passing.filter((each) => each.release === release).slice(0, MAX_CONTRAST))
    traces.push(await traceOf(store, run));
  return contrastOf(traces);
}

function newestPerTask(runs: readonly RunRow[]): RunRow[] {
  const newest = new Map<string, RunRow>();
  for (const run of runs) {
    const key = run.task === null ? run.id : `${run.release} ${run.task}`;
    if (!newest.has(key)) newest.set(key, run);
  }
  return [...newest.values()];
}

async function traceOf(store: Store, run: RunRow): Promise<Trace> {
  return { run, events: (await store.events(run.id)).map(({ event }) => event) };
}
