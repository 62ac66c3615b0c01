/** A whole cycle for a home: opens the suite and the proposers, runs the cycle, writes the report, promotes if policy says so. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { originRelease } from "../replay/release/origin.ts";
import { PromotionRefused } from "../replay/release/refused.ts";
import { healthProbe } from "../replay/release/probe.ts";
import { settleReceipts } from "../replay/release/receipts.ts";
import { currentRelease } from "../replay/release/release.ts";
import { openSuite } from "../replay/suites/suite.ts";
import type { Runtime } from "../runtime/kernel/run/run-task.ts";
import { runCycle, type CycleEvent, type CycleReport } from "./cycle/cycle.ts";
import { withCycleLock } from "./cycle/lock.ts";
import { promotePatch } from "./promote.ts";
import { openGuards } from "./open-guards.ts";
import { openProposers } from "./propose/open.ts";
import { casesOf } from "../replay/gate/table.ts";
import { cycleReport } from "./publish/report.ts";

export interface EvolveOptions {
  /** `evolution.suite` of agent.yaml when absent. */
  readonly suite?: string;
  readonly signal: AbortSignal;
  readonly watch?: (event: CycleEvent) => void;
}

export interface Evolved extends CycleReport {
  readonly suite: string;
  /** Markdown report. */
  readonly report: string;
  /** Branches that became part of the release, in order. */
  readonly promoted: readonly string[];
  /** Why the branch after them was not promoted, and so none that was proven on top of it. */
  readonly notPromoted?: string;
}

/** @throws RatchetError when suite, store or git fail, or another cycle goes on in this home */
export async function evolve(runtime: Runtime, options: EvolveOptions): Promise<Evolved> {
  return withCycleLock(runtime.home, runtime.store, () => evolveAlone(runtime, options));
}

async function evolveAlone(runtime: Runtime, options: EvolveOptions): Promise<Evolved> {
  const { home, store } = runtime;
  const suite = options.suite ?? home.config.evolution.suite;
  const tasks = await openSuite(home, suite);
  await settleReceipts(home.dir, store);
  await using opened = openProposers(runtime);
  const cycle = await runCycle({
    runtime,
    release: (await currentRelease(home.dir)).commit,
    suite,
    tasks,
    guards: await openGuards(runtime, suite, tasks),
    origin: await originRelease(home.dir, store),
    proposers: opened.proposers,
    signal: options.signal,
    ...(options.watch === undefined ? {} : { watch: options.watch }),
  });
  const report = await writeReport(runtime, suite, cycle);
  await store.put("cycles", cycle.id, {
    ...cycle,
    candidates: cycle.candidates.map(({ candidate }) => candidate.id),
    report,
  });
  return { ...cycle, suite, report, ...(await promoteAccepted(runtime, cycle, options.signal)) };
}

/** Under `promotion: auto` what was accepted becomes the release, in the order in which it was stacked. */
async function promoteAccepted(
  runtime: Runtime,
  cycle: CycleReport,
  signal: AbortSignal,
): Promise<Pick<Evolved, "promoted" | "notPromoted">> {
  const { home, store } = runtime;
  const accepted = cycle.candidates.flatMap(({ candidate }) => candidate.branch ?? []);
  if (home.config.evolution.promotion === "review") return { promoted: [] };
  const probe = healthProbe(runtime, signal);
  const promoted: string[] = [];
  for (const branch of accepted) {
    try {
      await promotePatch(home, store, branch, { probe });
    } catch (error) {
      if (!(error instanceof PromotionRefused)) throw error;
      return { promoted, notPromoted: `${branch}: ${error.message}` };
    }
    promoted.push(branch);
  }
  return { promoted };
}

async function writeReport({ home, model }: Runtime, suite: string, cycle: CycleReport): Promise<string> {
  const folder = join(home.state, "reports");
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${cycle.id}.md`);
  const text = cycleReport({
    cycle: cycle.id,
    suite,
    startedAt: cycle.startedAt,
    endedAt: cycle.endedAt,
    release: cycle.release,
    model: model.name,
    costUsd: cycle.costUsd,
    saved: cycle.saved,
    reproduced: cycle.reproduced,
    before: cycle.before,
    after: cycle.after,
    accounts: cycle.accounts,
    clusters: cycle.clusters.map(({ id, title, count }) => ({ id, title, failures: count })),
    candidates: cycle.candidates.map(({ candidate, outcomes }) => ({
      candidate,
      cases: outcomes.length === 0 ? [] : casesOf(outcomes),
    })),
    refused: cycle.refused.map(({ proposal, refused }) => ({
      title: proposal.title,
      source: proposal.source,
      why: refused,
    })),
  });
  await writeFile(file, text);
  return file;
}
