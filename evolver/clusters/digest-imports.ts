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
  for (;;) {
    signal?.throwIfAborted();
    const ids = await store.failures.undigestedImports(ANALYSIS, BATCH);
    if (ids.length === 0) return;
    await digest(await Promise.all(ids.map((id) => store.getRun(id))));
  }
}
