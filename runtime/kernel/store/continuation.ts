/** Whether one record of a run goes on from another: a session that is still going on is imported again and again. */
import { z } from "zod";
import type { TrajectoryEvent } from "../trajectory/events.ts";

/** True when `read` begins with all that was said and done in `stored`. @param stored events as JSON, as they were written */
export function goesOnFrom(stored: readonly string[], read: readonly TrajectoryEvent[]): boolean {
  const before = stored.filter((json) => tells(kindIn(json)));
  const after = read.filter(({ kind }) => tells(kind));
  return (
    before.length > 0 &&
    before.length <= after.length &&
    before.every((json, index) => json === JSON.stringify(after[index]))
  );
}

export function isFeedback(json: string): boolean {
  return kindIn(json) === "feedback_given";
}

/** Neither how a record begins and ends, nor what people said of it. */
function tells(kind: string): boolean {
  return kind === "model_called" || kind === "tool_called";
}

const Kinded = z.looseObject({ kind: z.string() });

function kindIn(json: string): string {
  return Kinded.parse(JSON.parse(json)).kind;
}
