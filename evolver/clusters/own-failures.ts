/** Live runs of our own that failed: digested where that was not done yet. */
import type { RunRow, Store } from "../../runtime/kernel/store/store.ts";
import type { FailureRow } from "../../runtime/kernel/store/failures.ts";
import { ANALYSIS } from "./digest.ts";
import { digestRuns } from "./digest-runs.ts";

/** Runs that are looked at, the newest first. */
const MAX_RUNS = 2000;
/** Passing runs that failures are held against. */
const MOST_PASSING = 200;

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
  const digest = digestRuns(store, {
    key: ({ release }) => release,
    passing: async (release) => passing.filter((run) => run.release === release).slice(0, MOST_PASSING),
  });
  for (const run of missing) await digest([run]);
}

function newestPerTask(runs: readonly RunRow[]): RunRow[] {
  const newest = new Map<string, RunRow>();
  for (const run of runs) {
    const key = run.task === null ? run.id : `${run.release} ${run.task}`;
    if (!newest.has(key)) newest.set(key, run);
  }
  return [...newest.values()];
}
