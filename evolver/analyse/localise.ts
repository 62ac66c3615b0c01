/** Spectrum-based fault localisation: which harness lines run in failures and not in successes. */
import type { Trace } from "../failure.ts";

/** Suspicion from 0 to 1 by genome file and 1-based line. Empty when no failing run recorded its coverage. */
export type Suspicion = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * Ochiai: `failing(line) / sqrt(all failing × runs that executed the line)`. The best single-fault formula that needs
 * no tuning (Abreu et al. 2007).
 */
export function suspicion(failing: readonly Trace[], passing: readonly Trace[]): Suspicion {
  const failed = failing.flatMap(coverageOf);
  const passed = passing.flatMap(coverageOf);
  const lines = new Map<string, Map<number, number>>();
  for (const [file, numbers] of failed.flatMap((coverage) => Object.entries(coverage))) {
    const ranked = lines.get(file) ?? new Map<number, number>();
    lines.set(file, ranked);
    for (const line of numbers) {
      if (ranked.has(line)) continue;
      const inFailed = count(failed, file, line);
      ranked.set(line, inFailed / Math.sqrt(failed.length * (inFailed + count(passed, file, line))));
    }
  }
  return lines;
}

type Coverage = Record<string, number[]>;

function coverageOf(trace: Trace): Coverage[] {
  return trace.events.flatMap((event) =>
    event.kind === "harness_exited" && event.coverage ? [event.coverage] : [],
  );
}

function count(runs: readonly Coverage[], file: string, line: number): number {
  return runs.filter((coverage) => coverage[file]?.includes(line)).length;
}
