/** Loads the recording of an earlier run from the store. */
import type { Recording } from "../runtime/kernel/playback/recording.ts";
import { eventsOf } from "../runtime/kernel/store/events-of.ts";
import type { Store } from "../runtime/kernel/store/store.ts";

/**
 * What the store holds of `run`, and nothing else: what was redacted stays so, and what was recorded before requests had keys
 * cannot be matched. A run that was interrupted is a recording up to there.
 * @param run id of a run
 * @throws RatchetError (infrastructure) when the store cannot be read
 */
export async function loadRecording(
  store: Pick<Store, "events">,
  run: string,
  choice: Omit<Recording, "events">,
): Promise<Recording> {
  const events = await eventsOf(store, run);
  return { ...choice, events: events.filter(({ kind }) => PLAYED.has(kind)) };
}

/** The kinds of events that replay reads: the others may hold much, line coverage for one. */
const PLAYED: ReadonlySet<string> = new Set([
  "run_started",
  "model_called",
  "tool_called",
  "budget_reached",
  "run_ended",
]);
