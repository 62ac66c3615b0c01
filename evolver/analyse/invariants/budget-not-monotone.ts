import type { Detector } from "../detector.ts";
import type { View } from "../view.ts";

const SPENT = /^(?:used|spent|steps_used|tokens_used|total|charged)$/i;
const LEFT = /^(?:left|remaining|steps_left|tokens_left)$/i;

/** What is spent never becomes less, what is left never more, and the count of the harness is that of the kernel. */
export const budgetNotMonotone: Detector = (view) => noted(view) ?? miscounted(view);

function found(step: number, template: string, evidence: string): ReturnType<Detector> {
  return { category: "budget-not-monotone", template, step, component: "harness", score: 0.93, evidence };
}

function noted(view: View): ReturnType<Detector> {
  const last = new Map<string, number>();
  for (const [index, event] of view.trace.events.entries()) {
    if (event.kind !== "noted") continue;
    for (const [key, value] of Object.entries(event.data)) {
      if (typeof value !== "number" || (!SPENT.test(key) && !LEFT.test(key))) continue;
      const name = `${event.note} ${key}`;
      const before = last.get(name);
      last.set(name, value);
      if (before === undefined || (SPENT.test(key) ? value >= before : value <= before)) continue;
      return found(index, `${key} of ${event.note} runs backwards`, `${key} went from ${before} to ${value}`);
    }
  }
  return undefined;
}

/** It stopped for a limit on model calls that it had not reached by the kernel's count. */
function miscounted(view: View): ReturnType<Detector> {
  const { finished, budget, models } = view;
  if (!finished || budget || finished.event.status !== "budget") return undefined;
  const limit = LIMIT.exec(finished.event.summary);
  const cap = Number(limit?.[1] ?? limit?.[2] ?? Number.NaN);
  if (!(models.length < cap)) return undefined;
  return found(
    finished.index,
    "the harness counts more model calls than it made",
    `the harness stopped for a limit of ${cap} model calls after ${models.length}`,
  );
}

const LIMIT =
  /\blimit of (\d+) (?:model calls|steps|turns|iterations)|\b(\d+) (?:model calls|steps|turns|iterations)\b[^.\n]{0,30}\b(?:limit|reached|exhausted|used up)/i;
