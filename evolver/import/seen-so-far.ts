/** What runs that passed show, too, counted as they come by: a file may hold too many to look at all of them at once. */
import { contrastOf, type Contrast } from "../analyse/analyse.ts";
import type { Trace } from "../failure.ts";

export interface SeenSoFar {
  add(passing: readonly Trace[]): void;
  contrast(): Contrast;
}

/** Passing runs that are looked at; more would not change the shares much. */
const ENOUGH = 500;

export function seenSoFar(): SeenSoFar {
  const sums = new Map<Parameters<Contrast["get"]>[0], number>();
  let runs = 0;
  return {
    add(passing) {
      const looked = passing.slice(0, Math.max(0, ENOUGH - runs));
      for (const [kind, share] of contrastOf(looked))
        sums.set(kind, (sums.get(kind) ?? 0) + share * looked.length);
      runs += looked.length;
    },
    contrast: () => new Map([...sums].map(([kind, sum]) => [kind, sum / runs])),
  };
}
