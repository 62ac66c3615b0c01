/** The health probe: before a commit becomes the release, it is given three tiny tasks. */
import type { BudgetCaps } from "../../guardrails/budget.ts";
import type { Runtime } from "../../runtime/kernel/run/run-task.ts";
import { createTrialRunner } from "../runner.ts";
import type { TrialResult } from "../trial.ts";
import { releaseGenome } from "./genome.ts";
import type { Health, Probe } from "./promote.ts";
import { smokeTasks, type SmokeTask } from "./smoke.ts";

/**
 * A probe that runs three smoke tasks in the runtime's sandbox, all at once.
 *
 * A commit is healthy when its harness starts, keeps to the protocol and ends each task by itself. Whether an answer is right
 * is up to the model as much as to the harness, so wrong ones are no illness, unless none is right and the present release
 * gets all of them right. A probe that cannot be made finds nothing healthy.
 *
 * It spends at most {@link PROBE_CAPS} on a task, the money cap only where the model has a price; with a model that costs
 * nothing it is free. When no answer is right it spends as much again on the present release.
 */
export function healthProbe(runtime: Runtime, signal: AbortSignal): Probe {
  return async (commit) => {
    const tasks = await smokeTasks(runtime.home);
    const results = await tryTasks(runtime, tasks, signal, commit);
    const ill = results.filter(({ status }) => status !== "done" && status !== "gave_up");
    if (ill.length > 0) return { kind: "unhealthy", found: ill.map(describe).join("; ") };
    const asked = tasks.filter(({ hasResult }) => hasResult);
    const right = rightOf(results, asked);
    const found = `ended ${results.length} of ${tasks.length} smoke tasks by itself, ${right} of ${asked.length} answers right`;
    if (right > 0) return { kind: "healthy", found };
    return compare(rightOf(await tryTasks(runtime, asked, signal), asked), asked.length, found);
  };
}

/** Of one smoke task. */
export const PROBE_CAPS = {
  steps: 12,
  tokens: 100_000,
  seconds: 120,
  usd: 0.25,
} as const satisfies BudgetCaps;

async function tryTasks(
  runtime: Runtime,
  tasks: readonly SmokeTask[],
  signal: AbortSignal,
  commit?: string,
): Promise<TrialResult[]> {
  const { usd, ...caps } = PROBE_CAPS;
  return createTrialRunner(runtime, tasks.length).runAll({
    genome: await releaseGenome(runtime.home, commit),
    tasks: tasks.map(({ onDisk }) => onDisk),
    purpose: "trial",
    caps: runtime.model.price === undefined ? caps : { ...caps, usd },
    signal,
  });
}

function rightOf(results: readonly TrialResult[], tasks: readonly SmokeTask[]): number {
  const asked = new Set(tasks.map(({ onDisk }) => onDisk.id));
  return results.filter(({ task, pass }) => pass && asked.has(task)).length;
}

function compare(right: number, of: number, found: string): Health {
  const before = `the present release has ${right} right`;
  return right === of
    ? { kind: "unhealthy", found: `${found}, and ${before}` }
    : { kind: "healthy", found: `${found} (${before})` };
}

function describe({ task, status, summary }: TrialResult): string {
  return `${task} ended as ${status}: ${summary.replaceAll(/\s+/g, " ").slice(0, 300)}`;
}
