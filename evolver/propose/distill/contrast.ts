/** What passing runs did that no failing run of a cluster did, and where they did it. */
import { viewOf, type CallView } from "../../analyse/view.ts";
import type { Trace } from "../../failure.ts";
import { shapeOf } from "./shape.ts";

export interface Difference {
  /** The call that failing runs lack, of one of the passing runs. */
  readonly call: CallView;
  /** A step that both have, of the same passing run, and on which side of it the call stands. */
  readonly anchor: CallView;
  readonly side: "before" | "after";
  readonly instruction: string;
  /** Passing runs that did so, and that came by the anchor without it. */
  readonly runs: readonly Trace["run"][];
  readonly without: number;
}

/** How far from the anchor a call may stand; farther away it hardly belongs to it. */
const NEAR = 3;

/** Best supported first. A call that most passing runs do without explains nothing. */
export function differences(failing: readonly Trace[], passing: readonly Trace[]): Difference[] {
  const failed = new Set(failing.flatMap((trace) => viewOf(trace).calls.map(({ event }) => shapeOf(event))));
  const groups = new Map<string, Difference>();
  const shapes = new Map(passing.map((trace) => [trace.run.id, new Set<string>()]));
  for (const trace of passing) {
    const all = viewOf(trace).calls;
    // A call that failed was no part of what helped. What was done because another one failed is a recovery.
    const calls = all.filter(({ event }) => !event.result.is_error);
    const met = new Set(all.filter(({ event }) => event.result.is_error).map(({ event }) => shapeOf(event)));
    for (const [at, call] of calls.entries()) {
      shapes.get(trace.run.id)?.add(shapeOf(call.event));
      const place = failed.has(shapeOf(call.event)) ? undefined : anchorOf(calls, at, failed);
      if (place === undefined || met.has(shapeOf(place.anchor.event))) continue;
      const key = JSON.stringify([shapeOf(call.event), place.side, shapeOf(place.anchor.event)]);
      const known = groups.get(key);
      const runs = [...(known?.runs ?? []), ...(known?.runs.includes(trace.run) === true ? [] : [trace.run])];
      const first = known ?? { call, ...place, instruction: trace.run.instruction, without: 0 };
      groups.set(key, { ...first, runs });
    }
  }
  return [...groups.values()]
    .map((group) => ({ ...group, without: runsWithout(group, shapes) }))
    .filter(({ runs, without }) => runs.length > without)
    .toSorted((a, b) => b.runs.length - b.without - (a.runs.length - a.without));
}

/** What comes next matters more: a step is mostly left out before the one that needs it. */
function anchorOf(
  calls: readonly CallView[],
  at: number,
  known: ReadonlySet<string>,
): { anchor: CallView; side: "before" | "after" } | undefined {
  const next = calls.slice(at + 1, at + 1 + NEAR).find(({ event }) => known.has(shapeOf(event)));
  if (next !== undefined) return { anchor: next, side: "before" };
  const last = calls.slice(Math.max(0, at - NEAR), at).findLast(({ event }) => known.has(shapeOf(event)));
  return last === undefined ? undefined : { anchor: last, side: "after" };
}

function runsWithout({ call, anchor }: Difference, shapes: ReadonlyMap<string, ReadonlySet<string>>): number {
  const [own, beside] = [shapeOf(call.event), shapeOf(anchor.event)];
  return [...shapes.values()].filter((seen) => seen.has(beside) && !seen.has(own)).length;
}
