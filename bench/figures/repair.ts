/** Planted faults, one at a time: a real cycle without a language model, and what came of it. */
import { join } from "node:path";
import type { Figure, Row } from "../figure.ts";
import { median } from "../stats.ts";
import { chosenFaults } from "../support/repair/chosen.ts";
import { repair, type Repair } from "../support/repair/repair.ts";
import { share } from "../support/repair/share.ts";

export const repairs: Figure = {
  name: "repair",
  about: "planted faults of harnesses, repaired by one offline cycle each: minutes; see --fault and --family",
  async measure(bench) {
    const done: Repair[] = [];
    for (const fault of chosenFaults(bench)) {
      const options = { dir: join(bench.temp, `repair-${fault.name}`), seconds: bench.cycleSeconds };
      const one = await repair(fault, { ...options, sandbox: bench.sandbox, signal: bench.signal });
      process.stderr.write(`bench: ${told(one)}\n`);
      done.push(one);
    }
    return [...done.map(rowOf), ...totals(done)];
  },
};

function rowOf(one: Repair): Row {
  return { what: one.fault.name, unit: "s", value: one.seconds, note: told(one) };
}

function told({
  fault,
  kind,
  broken,
  by,
  accounts,
  harmed,
  left,
  unsteady,
  localised,
  seconds,
  why,
}: Repair): string {
  const count = sum(accounts.map(({ tried, judged }) => tried + judged));
  return [
    `${fault.name} (${fault.concern}, ${fault.half}): ${kind}`,
    `breaks ${broken} tasks of its suite`,
    by.length === 0 ? "" : `by ${by.join(" and ")}`,
    `${count} candidates in ${seconds.toFixed(0)} s`,
    localised === undefined ? "" : `line at place ${localised.rank ?? "none"}`,
    harmed.length === 0 ? "" : `HARMS ${harmed.join(" ")}`,
    left.length === 0 ? "" : `leaves ${left.join(" ")}`,
    unsteady.length === 0 ? "" : `failed once: ${unsteady.join(" ")}`,
    why,
  ]
    .filter((part) => part !== "")
    .join("; ");
}

/** What came of all of them together. Not empty. */
export function totals(done: readonly Repair[]): Row[] {
  const promoted = done.filter(({ by }) => by.length > 0);
  return [
    share("repaired", done.filter(isRepaired).length, done.length, { atLeast: 60 }),
    ...(["seen", "unseen"] as const).flatMap((half) => {
      const those = done.filter(({ fault }) => fault.half === half);
      return those.length === 0
        ? []
        : share(`repaired, ${half} families`, those.filter(isRepaired).length, those.length);
    }),
    {
      what: "promoted patches that break a passing task",
      unit: "count",
      value: done.filter(({ harmed }) => harmed.length > 0).length,
      bar: 0,
    },
    // A fault that no trial showed was not found either.
    share(
      "planted line in the top 5",
      done.filter(({ localised }) => (localised?.rank ?? Infinity) <= 5).length,
      done.length,
      { atLeast: 80 },
    ),
    ...perProposer(done),
    { what: "a cycle", unit: "s", value: median(done.map(({ seconds }) => seconds)), samples: done.length },
    {
      what: "promoted patches",
      unit: "count",
      value: promoted.flatMap(({ by }) => by).length,
      note: countsOf(promoted.flatMap(({ by }) => by)),
    },
  ];
}

/** What each proposer took for what came of it: quick trials and full ones are counted alike. */
function perProposer(done: readonly Repair[]): Row[] {
  const accounts = done.flatMap((one) => one.accounts);
  return [...new Set(accounts.map(({ name }) => name))].flatMap((name): Row[] => {
    const own = accounts.filter((account) => account.name === name);
    const accepted = sum(own.map((account) => account.accepted));
    const tried = sum(own.map((account) => account.tried + account.judged));
    const proposals = sum(own.map((account) => account.proposals));
    const note = `${proposals} proposed, ${tried} tried, ${accepted} accepted`;
    const what = accepted === 0 ? "candidates tried in vain" : "candidates tried per accepted patch";
    return [
      { what: `${what}, ${name}`, unit: "count", value: tried / Math.max(1, accepted), note },
      {
        what: `time to propose and try in a cycle, ${name}`,
        unit: "s",
        value: sum(own.map((account) => account.seconds)) / done.length,
      },
    ];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

function isRepaired({ kind }: Repair): boolean {
  return kind === "repaired";
}

/** `operator:x 3, operator:y 1`, most first. */
function countsOf(sources: readonly string[]): string {
  return Object.entries(Object.groupBy(sources, (source) => source))
    .map(([source, all]) => [source, all?.length ?? 0] as const)
    .toSorted(([, a], [, b]) => b - a)
    .map(([source, count]) => `${source} ${count}`)
    .join(", ");
}
