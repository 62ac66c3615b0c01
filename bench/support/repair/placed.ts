/** At which place of the ranking of suspicious lines the planted ones are. */
import { localise, type RankedLine } from "../../../evolver/analyse/localise/localise.ts";
import { traceOf } from "../../../evolver/clusters/trace-of.ts";
import type { Trace } from "../../../evolver/failure.ts";
import { readGenome } from "../../../runtime/kernel/genome.ts";
import { commitOf } from "../../../runtime/kernel/git.ts";
import type { Fault, Place } from "./faults.ts";
import type { PlantedHome } from "./planted-home.ts";

export interface Placed {
  /** Place of the first planted line, from 1; undefined when it is not in the ranking. */
  readonly rank: number | undefined;
  /** Failing tasks that the ranking was made from. */
  readonly failing: number;
}

/** From the trials that the cycle made of the faulty release. Undefined when none of them failed. */
export async function placed({ runtime, dir }: PlantedHome, fault: Fault): Promise<Placed | undefined> {
  const release = await commitOf(dir, "HEAD");
  const runs = (await runtime.store.listRuns({ purpose: "trial", limit: -1 })).filter(
    (run) => run.release === release && run.outcome.kind === "verified",
  );
  const traces: { readonly pass: boolean; readonly trace: Trace }[] = [];
  for (const run of runs) {
    const trace = await traceOf(runtime.store, run);
    traces.push({ pass: run.outcome.kind === "verified" && run.outcome.pass, trace });
  }
  const of = (pass: boolean): Trace[] => traces.filter((one) => one.pass === pass).map(({ trace }) => trace);
  const failing = of(false);
  if (failing.length === 0 || release === undefined) return undefined;
  const genome = await readGenome(dir, release, runtime.home.config.genome);
  const ranking = await localise(failing, of(true), genome);
  const rank = ranking.findIndex((line) => fault.lines.some((place) => meets(line, place)));
  return {
    rank: rank < 0 ? undefined : rank + 1,
    failing: new Set(failing.map(({ run }) => run.task)).size,
  };
}

function meets({ file, line, end }: RankedLine, place: Place): boolean {
  return file === place.file && line <= place.to && end >= place.from;
}
