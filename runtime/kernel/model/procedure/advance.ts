/** Walks from one step to the next: loops, steps that are skipped, the end. */
import { matchAll, matchedValue } from "./match.ts";
import type { Procedure, Skip, Step } from "./procedure.ts";
import type { LoopPlace, Place } from "./scratchpad.ts";

export type Next =
  | { readonly kind: "step"; readonly place: Place }
  | { readonly kind: "end"; readonly values: ReadonlyMap<string, string> };

/** The place after `place.step` was done; 0 is before the first. A step without calls is done when it is reached. */
export function advance(procedure: Procedure, place: Place): Next {
  const values = new Map(place.values);
  const loops = [...place.loops];
  let done = place.step;
  for (;;) {
    const next = turn(loops, done, values);
    if (next.kind === "over") {
      done = next.done;
      continue;
    }
    const step = procedure.steps[next.step - 1];
    if (step === undefined) return { kind: "end", values };
    const skipped = step.skips.some((skip) => applies(skip, values));
    if (!skipped && step.calls.length > 0) {
      return {
        kind: "step",
        place: { ...place, step: next.step, values, loops, run: undefined, lessons: new Map() },
      };
    }
    loops.push(...step.loops.map(({ name, from, to }) => ({ name, from, to, begun: false, left: [] })));
    done = next.step;
  }
}

/** The loops that a step declares, with what its results hold for them. @throws SlowPattern */
export function loopsOf({ loops }: Step, seen: string): LoopPlace[] {
  return loops.map(({ name, pattern, from, to }) => {
    return { name, from, to, begun: false, left: matchAll(pattern, seen).map(matchedValue) };
  });
}

type Turn =
  | { readonly kind: "step"; readonly step: number }
  /** A loop had nothing (more) to do: it is out of the list, and its last step counts as done. */
  | { readonly kind: "over"; readonly done: number };

/** Changes `loops` and `values`: the innermost loop that ends at `done` goes round, one that starts behind it begins. */
function turn(loops: LoopPlace[], done: number, values: Map<string, string>): Turn {
  const ending = loops.findLastIndex(({ begun, to }) => begun && to === done);
  const at = ending === -1 ? loops.findIndex(({ begun, from }) => !begun && from === done + 1) : ending;
  const loop = loops[at];
  if (loop === undefined) return { kind: "step", step: done + 1 };
  const [item, ...left] = loop.left;
  if (item === undefined) {
    loops.splice(at, 1);
    return { kind: "over", done: loop.to };
  }
  values.set(loop.name, item);
  loops[at] = { ...loop, begun: true, left };
  return { kind: "step", step: loop.from };
}

function applies({ name, not, value }: Skip, values: ReadonlyMap<string, string>): boolean {
  return ((values.get(name) ?? "") === value) !== not;
}
