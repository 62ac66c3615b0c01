/** Suspicion flows against data and control: to what a suspicious unit reads, and to the functions that it calls. */
import type { Unit } from "./units.ts";

const ROUNDS = 2;
const DAMPING = 0.7;

/** For each unit the strongest suspicion that reaches it from units that depend on it. */
export function flowOf(units: readonly Unit[], suspicion: readonly number[]): number[] {
  const writers = index(units, (unit) => unit.writes);
  const members = index(units, (unit) => [unit.fn]);
  let reached: number[] = units.map(() => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = [...reached];
    for (const [at, unit] of units.entries()) {
      const strength = DAMPING * Math.max(suspicion[at] ?? 0, reached[at] ?? 0);
      for (const name of unit.reads) {
        const sources = writers.get(name) ?? [];
        for (const source of sources)
          if (source !== at && related(units[source], unit))
            raise(next, source, strength / Math.sqrt(sources.length));
      }
      for (const name of unit.calls) {
        const inside = members.get(name) ?? [];
        for (const member of inside) raise(next, member, strength);
      }
    }
    reached = next;
  }
  return reached;
}

/** A local variable is known in its function only; a property is known everywhere. */
function related(writer: Unit | undefined, reader: Unit): boolean {
  if (!writer) return false;
  return writer.role !== "value" || (writer.file === reader.file && writer.fn === reader.fn);
}

function raise(values: number[], at: number, value: number): void {
  values[at] = Math.max(values[at] ?? 0, value);
}

function index(units: readonly Unit[], keys: (unit: Unit) => Iterable<string>): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [at, unit] of units.entries()) {
    for (const key of keys(unit)) if (key !== "") found.set(key, [...(found.get(key) ?? []), at]);
  }
  return found;
}
