/** What a run may be answered from: the trajectory of an earlier one. There is no second record that could disagree. */
import type { TrajectoryEvent } from "../trajectory/events.ts";

export interface Recording {
  /** The events of the earlier run, in order; what replay does not need may be left out. */
  readonly events: readonly TrajectoryEvent[];
  /** So many model calls are answered from the recording at most; what follows the last of them is live, tools too. */
  readonly forkAt?: number;
  /**
   * What follows on the first request that the recording does not answer: the run goes on live, or ends undecided, neither a pass
   * nor a failure.
   */
  readonly onMiss: "live" | "stop";
}

/** Where a run left its recording. */
export interface Miss {
  /** Model calls that were made before, live ones not among them. */
  readonly step: number;
  readonly what: string;
}

/** What was answered from a recording, and so was saved. */
export interface Replayed {
  readonly modelCalls: number;
  readonly toolCalls: number;
  /** Cached ones included. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** What the model calls cost when they were recorded, in US dollars; null when a price was not known. */
  readonly usd: number | null;
  readonly miss?: Miss;
}
