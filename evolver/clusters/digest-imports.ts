/** Looks at the imported failures that nobody looked at yet: what an import has brought, and what an older analysis made. */
import type { Store } from "../../runtime/kernel/store/store.ts";
import { ANALYSIS } from "./digest.ts";
import { digestRuns } from "./digest-runs.ts";

/** Runs that are digested between two looks at the store. */
const BATCH = 200;
/** Passing runs of a format that failures are held against; more would not change the shares much. */
const MOST_PASSING = 500;

/**
 * Holds each against runs of its format that passed.
 * @throws RatchetError (infrastructure) when the store fails; the reason of the signal. What was found out before is kept.
 */
export async function digestImports(store: Store, signal?: AbortSignal): Promise<void> {
  const digest = digestRuns(store, {
    key: ({ source }) => source?.format ?? "",
    passing: async (format) => {
      const ids = await store.failures.passedImports(format, MOST_PASSING);
      return Promise.all(ids.map((id) => store.getRun(id)));
    },
  });
  // Where the batch before has ended, so that no look goes through what was digested a moment ago.
  let last: string | undefined = "";
  while (last !== undefined) {
    signal?.throwIfAborted();
    const ids: string[] = await store.failures.undigestedImports(ANALYSIS, BATCH, last);
    await digest(await Promise.all(ids.map((id) => store.getRun(id))));
    last = ids.at(-1);
  }
}
