import type { Row, Unit } from "./figure.ts";

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** With linear interpolation between neighbours. NaN without values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** A row with median and number of samples, and with p99 where there are enough samples for one. */
export function summary(
  what: string,
  unit: Unit,
  values: readonly number[],
  more: Pick<Row, "bar" | "note"> = {},
): Row {
  if (values.length === 0) throw new Error(`${what}: nothing was measured`);
  const p99 = values.length >= 100 ? { p99: quantile(values, 0.99) } : {};
  return { what, unit, value: median(values), ...p99, samples: values.length, ...more };
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
