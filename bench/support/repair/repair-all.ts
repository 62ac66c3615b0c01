/** Several faults at once: one cycle after the other, each on the release that the one before has left. */
import { evolve } from "../../../evolver/evolve.ts";
import { messageOf, RatchetError } from "../../../runtime/kernel/error.ts";
import type { Fault } from "./faults.ts";
import { plantedHome } from "./planted-home.ts";
import { failingOn, promotedBy, type RepairOptions } from "./repair.ts";
import { checkJobs, nameOf, suiteForAll } from "./suite.ts";

export interface MultiRepair {
  readonly faults: readonly Fault[];
  readonly cycles: number;
  /** Sources of the promoted patches, in order. */
  readonly by: readonly string[];
  /** Scenarios of the faults' concerns that fail in the end. */
  readonly left: readonly string[];
  readonly seconds: number;
  /** What broke the last cycle off; empty when nothing did. */
  readonly why: string;
}

/** Ends early when nothing is left to repair, or when a cycle promoted nothing. @throws the reason of the signal */
export async function repairAll(
  faults: readonly Fault[],
  options: RepairOptions & { readonly cycles: number },
): Promise<MultiRepair> {
  const concerns = faults.map(({ concern }) => concern);
  await using planted = await plantedHome(options.dir, faults, suiteForAll(concerns), options.sandbox);
  const began = performance.now();
  const by: string[] = [];
  let why = "";
  let cycles = 0;
  while (cycles < options.cycles) {
    cycles += 1;
    const promoted = await cycle(planted.runtime, options);
    by.push(...promoted.by);
    why = promoted.why;
    if (promoted.isWhole || promoted.by.length === 0) break;
  }
  const jobs = concerns.flatMap((concern) => checkJobs(concern));
  const distinct = [...new Map(jobs.map((job) => [nameOf(job), job])).values()];
  const left = (await failingOn(planted, undefined, distinct, options.signal)).map(nameOf);
  return { faults, cycles, by, left, seconds: (performance.now() - began) / 1000, why };
}

async function cycle(
  runtime: Parameters<typeof evolve>[0],
  { signal, seconds }: RepairOptions,
): Promise<{ readonly by: readonly string[]; readonly isWhole: boolean; readonly why: string }> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
    const evolved = await evolve(runtime, { signal: within });
    const { passed, total } = evolved.after;
    return { by: promotedBy(evolved), isWhole: passed === total, why: "" };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RatchetError || (error instanceof Error && error.name === "TimeoutError"))
      return { by: [], isWhole: false, why: messageOf(error) };
    throw error;
  }
}
