/** Spectrum-based fault localisation: what runs in failures and not in successes. */
import type { Trace } from "../../failure.ts";

/** Of the runs with and without a fault, how many an observation was made in. */
export interface Counts {
  readonly failed: number;
  readonly passed: number;
  readonly allFailed: number;
  readonly allPassed: number;
}

/** `failed / sqrt(all failed × seen)`, 0 to 1: Ochiai (Abreu, Zoeteweij and van Gemund, 2007). */
export function ochiai({ failed, passed, allFailed }: Counts): number {
  return failed === 0 ? 0 : failed / Math.sqrt(allFailed * (failed + passed));
}

/**
 * DStar with the exponent 2 (Wong, Debroy, Gao and Li, 2014): `failed² / (passed + failures without it)`, brought to 0 … 1 by
 * x / (1 + x). It punishes a failure without the observation more than Ochiai does.
 */
export function dstar({ failed, passed, allFailed }: Counts): number {
  const rest = passed + allFailed - failed;
  return failed === 0 ? 0 : failed ** 2 / (failed ** 2 + rest);
}

/** The executed lines of one run, by genome file. */
export type Executed = ReadonlyMap<string, ReadonlySet<number>>;

/** Of the traces that have coverage. */
export function executedIn(traces: readonly Trace[]): Executed[] {
  return traces.flatMap(({ events }) =>
    events.flatMap((event) =>
      event.kind === "harness_exited" && event.coverage
        ? [new Map(Object.entries(event.coverage).map(([file, lines]) => [file, new Set(lines)]))]
        : [],
    ),
  );
}

/** In how many runs of each side `holds`. */
export function countsOf(
  failing: readonly Executed[],
  passing: readonly Executed[],
  holds: (run: Executed) => boolean,
): Counts {
  return {
    failed: failing.filter(holds).length,
    passed: passing.filter(holds).length,
    allFailed: failing.length,
    allPassed: passing.length,
  };
}

/** Suspicion from 0 to 1 by genome file and 1-based line. Empty when no failing run recorded its coverage. */
export type Suspicion = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Ochiai of each line that a failing run executed. */
export function suspicion(failing: readonly Trace[], passing: readonly Trace[]): Suspicion {
  const failed = executedIn(failing);
  const passed = executedIn(passing);
  const suspects = new Map<string, Map<number, number>>();
  for (const [file, numbers] of failed.flatMap((run) => [...run])) {
    const ranked = suspects.get(file) ?? new Map<number, number>();
    suspects.set(file, ranked);
    for (const line of numbers) {
      if (!ranked.has(line))
        ranked.set(line, ochiai(countsOf(failed, passed, (run) => run.get(file)?.has(line) ?? false)));
    }
  }
  return suspects;
}
