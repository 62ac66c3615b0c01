/** A recording made ready to be played: model calls in order, tool calls by the step in which they were made. */
import type { EventOf, TrajectoryEvent } from "../trajectory/events.ts";

export interface Tape {
  /** The model that was recorded; undefined when the recording does not say. */
  readonly model: string | undefined;
  readonly modelCalls: readonly EventOf<"model_called">[];
  /** By the number of model calls before them. */
  readonly toolCalls: ReadonlyMap<number, readonly EventOf<"tool_called">[]>;
}

/** Stops where the recorded run was stopped: what a harness was told then is no answer to its request. */
export function tapeOf(events: readonly TrajectoryEvent[]): Tape {
  const cut = events.findIndex((event) => event.kind === "budget_reached" && event.limit === "seconds");
  const kept = cut < 0 ? events : events.slice(0, cut);
  const recorded = kept.filter((event) => event.kind === "model_called");
  const aborted = recorded.findIndex(({ error }) => error?.code === "aborted");
  const modelCalls = aborted < 0 ? recorded : recorded.slice(0, aborted);
  const stopped = events.some((event) => event.kind === "run_ended" && event.status === "aborted");
  const toolCalls = kept
    .filter((event) => event.kind === "tool_called")
    .filter((event) => !(stopped && event.result.is_error && event.step >= modelCalls.length));
  return {
    model: events.find((event) => event.kind === "run_started")?.model,
    modelCalls,
    toolCalls: Map.groupBy(toolCalls, ({ step }) => step),
  };
}
