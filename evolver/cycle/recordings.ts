/**
 * Trials of a candidate begin as the parent's trials did: the k-th trial of a task is answered from the recording of the
 * parent's k-th, for as long as it asks the same, and is live from the first difference on. That saves the calls before the patch
 * acts. It is also the better comparison: both arms share the luck of what they have in common (common random numbers), and a
 * trial has the same chances as a live one, since a recorded reply was drawn by the same model for the same request.
 */
import { loadRecording } from "../../replay/load-recording.ts";
import type { RunAllRequest } from "../../replay/runner.ts";
import type { TrialResult } from "../../replay/trial.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";

export type RecordingFor = NonNullable<RunAllRequest["recordingFor"]>;

/**
 * @param trials of the parent, by task
 * @param skip how many of a task's are used up already
 */
export function recordingsOf(
  store: Store,
  trials: ReadonlyMap<string, readonly TrialResult[]>,
  skip: (task: string) => number = () => 0,
): RecordingFor {
  return async (task, trial) => {
    const recorded = trials.get(task)?.[skip(task) + trial];
    return recorded === undefined ? undefined : loadRecording(store, recorded.id, { onMiss: "live" });
  };
}
