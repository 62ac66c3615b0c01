/** Plants a fault, runs a real cycle on it, and tells what came of it. */
import { join } from "node:path";
import { evolve, type Evolved } from "../../../evolver/evolve.ts";
import { releaseGenome } from "../../../replay/release/genome.ts";
import { createTrialRunner } from "../../../replay/runner.ts";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { messageOf } from "../../../runtime/kernel/error.ts";
import { commitOf } from "../../../runtime/kernel/git.ts";
import { loadSuite } from "../../../runtime/kernel/suite/load.ts";
import type { Fault } from "./faults.ts";
import { plantedHome, type PlantedHome } from "./planted-home.ts";
import { placed, type Placed } from "./placed.ts";
import { checkJobs, nameOf, suiteFor, writeSuite, type Job } from "./suite.ts";

export interface Repair {
  readonly fault: Fault;
  /** `repaired`: every scenario passes again, those that no cycle ever saw included. */
  readonly kind: "repaired" | "partly" | "not" | "out of time" | "broke";
  /** Tasks of the suite that the fault breaks. */
  readonly broken: number;
  /** Sources of the promoted patches, in order. */
  readonly by: readonly string[];
  /** What each proposer came to. */
  readonly accounts: Evolved["accounts"];
  /** Scenarios that passed with the fault and fail with the patch. */
  readonly harmed: readonly string[];
  /** Scenarios that the fault broke and that still fail. */
  readonly left: readonly string[];
  /** Scenarios that failed once on the patched release, and passed when they were tried again. */
  readonly unsteady: readonly string[];
  readonly localised: Placed | undefined;
  readonly seconds: number;
  /** Why it was not repaired. */
  readonly why: string;
}

export interface RepairOptions {
  /** An empty folder, or none. */
  readonly dir: string;
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
  /** Wall time of the cycle, in seconds. */
  readonly seconds: number;
}

/** Never throws but for the signal and for a fault that does not apply: what goes wrong in a cycle is a result. */
export async function repair(fault: Fault, options: RepairOptions): Promise<Repair> {
  const jobs = suiteFor(fault.concern);
  await using planted = await plantedHome(options.dir, [fault], jobs, options.sandbox);
  const began = performance.now();
  const timer = AbortSignal.timeout(options.seconds * 1000);
  const evolved = await evolveWithin(planted, AbortSignal.any([options.signal, timer]), options.signal);
  const seconds = (performance.now() - began) / 1000;
  const localised = await placed(planted, fault);
  const base = { fault, localised, seconds, harmed: [], left: [], unsteady: [], by: [], accounts: [] };
  if ("problem" in evolved) {
    const kind = timer.aborted ? "out of time" : "broke";
    return { ...base, kind, broken: localised?.failing ?? 0, why: evolved.problem };
  }
  const broken = evolved.before.total - evolved.before.passed;
  const told = { ...base, broken, accounts: evolved.accounts, by: promotedBy(evolved) };
  if (evolved.promoted.length === 0) return { ...told, kind: "not", why: whyNot(evolved) };
  const { harmed, left, unsteady } = await checkAll(planted, fault, options);
  const isWhole = harmed.length === 0 && left.length === 0;
  return {
    ...told,
    kind: isWhole ? "repaired" : "partly",
    harmed,
    left,
    unsteady,
    why: isWhole ? "" : whyNot(evolved),
  };
}

async function evolveWithin(
  { runtime }: PlantedHome,
  signal: AbortSignal,
  outer: AbortSignal,
): Promise<Evolved | { readonly problem: string }> {
  try {
    return await evolve(runtime, { signal });
  } catch (error) {
    outer.throwIfAborted();
    return { problem: messageOf(error) };
  }
}

/** Sources of the promoted patches, in order. */
export function promotedBy({ candidates, promoted }: Evolved): string[] {
  return candidates.flatMap(({ candidate: { branch, proposal } }) =>
    branch !== undefined && promoted.includes(branch) ? [proposal.source] : [],
  );
}

/** The reason for which most candidates were out, and how many there were. */
function whyNot({ candidates, refused, notPromoted }: Evolved): string {
  if (notPromoted !== undefined) return `not promoted: ${notPromoted}`;
  const rejected = candidates.filter(({ candidate }) => candidate.verdict !== "accept");
  if (rejected.length === 0 && refused.length === 0) return "no candidate";
  const reasons = rejected.flatMap(({ candidate }) =>
    candidate.reasons.filter(({ holds }) => holds !== "holds").map(({ name }) => name),
  );
  const counts = Object.entries(Object.groupBy(reasons, (name) => name)).map(
    ([name, all]) => [name, all?.length ?? 0] as const,
  );
  return counts
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, count]) => `${count} × ${name}`)
    .join(", ");
}

/**
 * Real trials of scenarios of every kind on the release that the cycle left, and of what fails there on the planted one. What fails
 * once and not again is a matter of time on a busy machine: told, and neither harmed nor left.
 */
async function checkAll(
  planted: PlantedHome,
  fault: Fault,
  { signal }: RepairOptions,
): Promise<Pick<Repair, "harmed" | "left" | "unsteady">> {
  const once = await failingOn(planted, undefined, checkJobs(fault.concern), signal);
  const failing = once.length === 0 ? [] : await failingOn(planted, undefined, once, signal);
  const unsteady = once.filter((job) => !failing.includes(job)).map(nameOf);
  if (failing.length === 0) return { harmed: [], left: [], unsteady };
  // The person's own branch still is where the fault was planted: promotion moves nothing of theirs.
  const before = new Set(
    (await failingOn(planted, await commitOf(planted.dir, "HEAD"), failing, signal)).map(nameOf),
  );
  const names = failing.map(nameOf);
  return {
    harmed: names.filter((name) => !before.has(name)),
    left: names.filter((name) => before.has(name)),
    unsteady,
  };
}

/** The jobs that fail in real trials. @param commit the release when undefined */
export async function failingOn(
  { runtime, dir }: PlantedHome,
  commit: string | undefined,
  jobs: readonly Job[],
  signal: AbortSignal,
): Promise<Job[]> {
  const folder = join(dir, ".agent", "check", commit ?? "release", "all");
  await writeSuite(folder, jobs);
  // Earlier questions may have left more tasks there.
  const asked = new Set(jobs.map((job) => `all/${nameOf(job)}`));
  const tasks = (await loadSuite(folder)).filter(({ id }) => asked.has(id));
  const genome = await releaseGenome(runtime.home, commit);
  const results = await createTrialRunner(runtime).runAll({ genome, tasks, purpose: "trial", signal });
  const failed = new Set(results.filter(({ pass }) => !pass).map(({ task }) => task));
  return jobs.filter((job) => failed.has(`all/${nameOf(job)}`));
}
