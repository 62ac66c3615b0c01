/** Trials that pass although nothing was done in them. */
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";

export interface TaskFacts {
  /** The verifier passes on the workspace as it was before the run. */
  readonly passesUntouched: boolean;
}

/**
 * Why a passing trial owes its pass to nothing that was done in it, or undefined when something may have produced the
 * result. Where the task is already as it should be, leaving it alone is the work: then it is enough that the model was
 * asked. Pure over the events.
 */
export function workNotDone(events: readonly TrajectoryEvent[], facts: TaskFacts): string | undefined {
  if (facts.passesUntouched) {
    return events.some((event) => event.kind === "model_called" && event.reply !== undefined)
      ? undefined
      : "it passed without a model having been asked, on a workspace that passes as it is";
  }
  return hasActed(events) ? undefined : "it passed though no call of a tool changed anything";
}

/** Whether any call that can change something was allowed and did not fail. */
export function hasActed(events: readonly TrajectoryEvent[]): boolean {
  return events.some(
    (event) =>
      event.kind === "tool_called" &&
      (event.capability === "write" || event.capability === "execute" || event.capability === "network") &&
      event.decision.verdict !== "deny" &&
      !event.result.is_error,
  );
}
