/** A run in a store, with the recorder that writes it. */
import { randomBytes } from "node:crypto";
import { cleaner } from "../../guardrails/secrets.ts";
import { createRecorder, type Recorder } from "../../runtime/kernel/run/recorder.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";

export interface RecordedRun {
  readonly id: string;
  /** Redacts as every run does. */
  readonly recorder: Recorder;
}

export async function beginRecordedRun(store: Store, instruction: string): Promise<RecordedRun> {
  const id = `bench-${randomBytes(6).toString("hex")}`;
  await store.startRun({
    id,
    purpose: "trial",
    task: null,
    instruction,
    release: "bench",
    model: "bench/scripted",
    workspace: "/workspace",
    snapshot: null,
  });
  const recorder = createRecorder({
    store,
    run: id,
    redact: cleaner([]),
    watch: () => undefined,
    // `settled` throws it, and everybody here waits for that.
    onFailure: () => undefined,
  });
  return { id, recorder };
}
