import type { TrajectoryEvent } from "../../../runtime/kernel/trajectory/events.ts";
import type { Detector } from "../detector.ts";
import type { View } from "../view.ts";

/** Counters of failures go back to zero after success: what was got over once is got over again. */
export const counterNotReset: Detector = (view) => noted(view) ?? stoppedSooner(view);

function found(step: number, template: string, evidence: string): ReturnType<Detector> {
  return { category: "counter-not-reset", template, step, component: "harness", score: 0.965, evidence };
}

const COUNTER =
  /^(?:attempts?|retr(?:y|ies)|nudges?|count|failures?|tries|ignored|errors?|empty|consecutive)$/i;

/** The harness itself notes a count that goes on where it should have begun anew. */
function noted(view: View): ReturnType<Detector> {
  const last = new Map<string, { value: number; index: number }>();
  for (const [index, event] of view.trace.events.entries()) {
    if (event.kind !== "noted") continue;
    const about = typeof event.data["what"] === "string" ? event.data["what"] : "";
    for (const [key, value] of Object.entries(event.data)) {
      if (typeof value !== "number" || !COUNTER.test(key)) continue;
      const name = `${event.note} ${about} ${key}`;
      const before = last.get(name);
      last.set(name, { value, index });
      if (before === undefined || value <= before.value || !succeeded(view, before.index, index, about))
        continue;
      return found(
        index,
        `${key} of ${event.note} goes on after success`,
        `${key} went from ${before.value} to ${value}, although there was success between the two`,
      );
    }
  }
  return undefined;
}

/** What counts as success depends on what is counted: replies for the model, else a call that came through. */
function succeeded(view: View, from: number, to: number, about: string): boolean {
  const between = view.trace.events.slice(from + 1, to);
  if (about === "model")
    return between.some((event) => event.kind === "model_called" && event.reply !== undefined);
  return between.some(
    (event) =>
      event.kind === "tool_called" && !event.result.is_error && (about === "" || event.name === about),
  );
}

/** The run ended on a streak of mishaps no longer than one that it got over before. */
function stoppedSooner(view: View): ReturnType<Detector> {
  for (const mishap of [refusedRequest, uselessReply, passingFault]) {
    const { got, last, end } = streaks(view, mishap);
    if (last === 0 || last > got || !endedOn(view, end)) continue;
    return found(
      end,
      "a streak of mishaps ends the run that did not end it before",
      `the run got over ${got} in a row before, and ended on ${last}`,
    );
  }
  return undefined;
}

/** True: a mishap; false: success; undefined: neither. */
type Mishap = (event: TrajectoryEvent) => boolean | undefined;

const refusedRequest: Mishap = (event) => {
  if (event.kind !== "model_called") return undefined;
  return event.reply ? false : event.error?.retryable === true;
};

const uselessReply: Mishap = (event) => {
  if (event.kind === "tool_called") return event.result.is_error ? undefined : false;
  if (event.kind !== "model_called" || !event.reply) return undefined;
  const { content, stop_reason } = event.reply;
  if (stop_reason === "max_tokens" || stop_reason === "pause_turn") return true;
  const blank = content.every((block) => block.type === "text" && block.text.trim() === "");
  return blank ? true : undefined;
};

const passingFault: Mishap = (event) => {
  if (event.kind !== "tool_called") return undefined;
  return event.result.is_error ? event.result.failure?.kind === "transient" || undefined : false;
};

function streaks({ trace: { events } }: View, mishap: Mishap): { got: number; last: number; end: number } {
  let [got, last, end] = [0, 0, 0];
  for (const [index, event] of events.entries()) {
    const is = mishap(event);
    if (is === undefined) continue;
    if (is) {
      last += 1;
      end = index;
    } else {
      got = Math.max(got, last);
      last = 0;
    }
  }
  return { got, last, end };
}

/** Nothing was asked of the model after it, and nobody else stopped the run. */
function endedOn(view: View, index: number): boolean {
  const status = view.finished?.event.status;
  if (view.budget || view.imported || status === "aborted" || status === undefined) return false;
  return !view.models.some((model) => model.index > index);
}
