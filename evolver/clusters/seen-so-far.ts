/** What runs that passed show, too, counted one by one: all of them at once may be too many to hold. */
import { contrastOf, type Contrast } from "../analyse/analyse.ts";
import type { Trace } from "../failure.ts";

export interface SeenSoFar {
  add(passing: readonly Trace[]): void;
  contrast(): Contrast;
}

export function seenSoFar(): SeenSoFar {
  const sums = new Map<Parameters<Contrast["get"]>[0], number>();
  let runs = 0;
  return {
    add(passing) {
      for (const [kind, share] of contrastOf(passing))
        sums.set(kind, (sums.get(kind) ?? 0) + share * passing.length);
      runs += passing.length;
    },
    contrast: () => new Map([...sums].map(([kind, sum]) => [kind, sum / runs])),
  };
}
