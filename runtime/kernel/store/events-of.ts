import type { TrajectoryEvent } from "../trajectory/events.ts";
import type { Store } from "./store.ts";

/** The events of a run, in order, without the columns of the store. @throws RatchetError (infrastructure) when one cannot be read */
export async function eventsOf(store: Pick<Store, "events">, run: string): Promise<TrajectoryEvent[]> {
  return (await store.events(run)).map(({ event }) => event);
}
