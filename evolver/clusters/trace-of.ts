import { eventsOf } from "../../runtime/kernel/store/events-of.ts";
import type { RunRow, Store } from "../../runtime/kernel/store/store.ts";
import type { Trace } from "../failure.ts";

/** All that the store has of a run. @throws RatchetError (infrastructure) when an event cannot be read */
export async function traceOf(store: Pick<Store, "events">, run: RunRow): Promise<Trace> {
  return { run, events: await eventsOf(store, run.id) };
}
