/** Three faults at once, of three families, repaired in consecutive cycles. */
import { join } from "node:path";
import type { Figure, Row } from "../figure.ts";
import { loadFaults, type Fault } from "../support/repair/faults.ts";
import { repairAll, type MultiRepair } from "../support/repair/repair-all.ts";
import { share } from "../support/repair/share.ts";

/** Faults that do not touch the same lines, chosen before any of them was tried. */
const TRIPLES: readonly (readonly [string, string, string])[] = [
  ["task-lost-in-summary", "pause-taken-for-end", "overload-is-fatal"],
  ["summary-of-the-task-only", "call-ids-in-fingerprint", "empty-text-kept"],
  ["nudges-never-forgotten", "lessons-misnamed", "tail-left-out"],
  ["repeated-ids-kept", "half-of-the-output", "help-for-successes"],
  ["wordless-reply-dropped", "last-step-unused", "silence-not-told"],
  ["cut-thought-kept", "gap-not-told", "skills-not-shown"],
  ["batch-ends-at-failure", "retry-limit-inverted", "two-rounds-are-a-circle"],
  ["input-passed-unread", "asked-wait-ignored", "line-ends-kept"],
];
const CYCLES = 4;

export const repairMulti: Figure = {
  name: "repair-multi",
  about:
    "three planted faults at once, repaired in up to four offline cycles: minutes; --fault takes triples with it",
  async measure(bench) {
    const all = new Map(loadFaults().map((fault) => [fault.name, fault]));
    const done: MultiRepair[] = [];
    for (const names of TRIPLES.filter((names) => isAsked(names, bench.faults))) {
      const faults = names.map((name) => known(all, name));
      const dir = join(bench.temp, `multi-${names.join("-").slice(0, 60)}`);
      const options = {
        dir,
        cycles: CYCLES,
        seconds: bench.cycleSeconds,
        sandbox: bench.sandbox,
        signal: bench.signal,
      };
      const one = await repairAll(faults, options);
      process.stderr.write(`bench: ${told(one)}\n`);
      done.push(one);
    }
    return [
      ...done.map((one): Row => ({ what: nameOf(one), unit: "s", value: one.seconds, note: told(one) })),
      share("triples fully repaired", done.filter(({ left }) => left.length === 0).length, done.length, {
        atLeast: 40,
      }),
    ];
  },
};

function isAsked(names: readonly string[], faults: readonly string[]): boolean {
  return faults.length === 0 || names.some((name) => faults.includes(name));
}

function known(all: ReadonlyMap<string, Fault>, name: string): Fault {
  const fault = all.get(name);
  if (fault === undefined) throw new Error(`there is no planted fault "${name}"`);
  return fault;
}

function nameOf({ faults }: MultiRepair): string {
  return faults.map(({ name }) => name).join(" + ");
}

function told(one: MultiRepair): string {
  const { left, cycles, by, why } = one;
  const state = left.length === 0 ? "repaired" : `leaves ${left.join(" ")}`;
  const broke = why === "" ? "" : `; the last cycle broke off: ${why}`;
  return `${nameOf(one)}: ${state}; ${cycles} cycles; by ${by.join(" and ") || "nobody"}${broke}`;
}
