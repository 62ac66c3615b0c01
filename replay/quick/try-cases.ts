/**
 * Quick trials: one candidate on a few cases, in one process of its harness. They have the broker, the guard, the tools, the budgets
 * and the verifier of a real trial, and leave no record. What they find says which candidates are worth real trials, and nothing
 * else: it is never evidence.
 */
import { harnessLimits } from "../../guardrails/sandbox/defaults.ts";
import { keepHarness, type KeptHarness } from "../../runtime/kernel/harness/keep.ts";
import type { Genome } from "../../runtime/kernel/genome.ts";
import { lowestCaps } from "../../runtime/kernel/run/caps.ts";
import { createForgetfulRecorder } from "../../runtime/kernel/run/forgetful-recorder.ts";
import { createMeter } from "../../runtime/kernel/run/meter.ts";
import { prepareSession } from "../../runtime/kernel/run/prepare-session.ts";
import type { Runtime } from "../../runtime/kernel/run/request.ts";
import { runSession } from "../../runtime/kernel/run/session.ts";
import type { SessionEnd } from "../../runtime/kernel/run/session-end.ts";
import { verifyEnd } from "../../runtime/kernel/run/verify-end.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { createScratch } from "../../runtime/kernel/workspace/scratch.ts";
import { workspaceOf } from "../trial.ts";

export interface QuickResult {
  readonly task: string;
  /** `undecided` when nobody could decide, or the case was stopped. */
  readonly verdict: "pass" | "fail" | "undecided";
  readonly seconds: number;
  /** US dollars; undefined when the model has no known price. */
  readonly costUsd: number | undefined;
}

export interface QuickLimits {
  /** Wall time of one case. */
  readonly seconds: number;
  /** Processor time of the harness's process, for all cases together. */
  readonly cpuSeconds: number;
}

/**
 * Tries the cases in their order for as long as `goOn` says so.
 * @throws RatchetError when a workspace cannot be made; the reason of `signal`
 */
export async function tryCases(
  runtime: Runtime,
  request: {
    readonly genome: Genome;
    readonly tasks: readonly TaskOnDisk[];
    readonly limits: QuickLimits;
    readonly signal: AbortSignal;
    readonly goOn: (result: QuickResult) => boolean;
  },
): Promise<QuickResult[]> {
  const { genome, tasks, limits, signal, goOn } = request;
  const { compiled } = genome;
  if (compiled.kind === "broken") return tasks.slice(0, 1).map(({ id }) => nothing(id));
  await using harness = keepHarness({
    sandbox: runtime.sandbox,
    code: compiled.dir,
    limits: harnessLimits(Math.ceil((limits.seconds + MARGIN_SECONDS) * (tasks.length + 1) * 1000), {
      memoryBytes: runtime.home.config.sandbox.memory_mb * 1_048_576,
      cpuSeconds: limits.cpuSeconds,
    }),
  });
  const results: QuickResult[] = [];
  for (const task of tasks) {
    const place = { harness, genome, code: compiled.dir, limits, signal };
    const isFirst = harness.isFresh();
    const first = await tryCase(runtime, task, place);
    // What an earlier case left behind may have ended the process.
    const result =
      isFirst || first.verdict === "pass" || !harness.isFresh() ? first : await tryCase(runtime, task, place);
    results.push(result);
    if (!goOn(result)) break;
  }
  return results;
}

/** To end, to be verified, and for the start of services. */
const MARGIN_SECONDS = 30;
/** Characters of tool results and replies, or a thousand events: few runs that solve anything come near it. */
const MOST_SAID = 64 * 1024 * 1024;

interface Place {
  readonly harness: KeptHarness;
  readonly genome: Genome;
  readonly code: string;
  readonly limits: QuickLimits;
  readonly signal: AbortSignal;
}

async function tryCase(runtime: Runtime, task: TaskOnDisk, place: Place): Promise<QuickResult> {
  const { genome, limits, signal } = place;
  signal.throwIfAborted();
  const began = performance.now();
  await using scratch = await createScratch(workspaceOf(task));
  const excess = new AbortController();
  const request = {
    instruction: task.task.instruction,
    workspace: scratch.dir,
    genome,
    task,
    purpose: "trial",
    signal: AbortSignal.any([signal, excess.signal]),
  } as const;
  const meter = createMeter(() => performance.now());
  const { budgets } = runtime.home.config;
  const run = async (): Promise<SessionEnd> => {
    await using prepared = await prepareSession(runtime, request);
    return await runSession({
      ...prepared.options,
      start: (options) => place.harness.start(options),
      code: place.code,
      meter,
      caps: lowestCaps({ ...budgets, usd: budgets.usd }, task.task.budgets, { seconds: limits.seconds }),
      recorder: createForgetfulRecorder(MOST_SAID, () => excess.abort()),
    });
  };
  // As in a real trial, where what keeps a run from going on is no word about the harness.
  const end = await run().catch((): SessionEnd => ({ status: "crashed", summary: "", obstructed: true }));
  signal.throwIfAborted();
  const verdict = excess.signal.aborted ? "fail" : await verdictOf(runtime, request, end);
  signal.throwIfAborted();
  const seconds = (performance.now() - began) / 1000;
  return { task: task.id, verdict, seconds, costUsd: meter.totals().costUsd ?? undefined };
}

async function verdictOf(
  runtime: Runtime,
  request: Parameters<typeof verifyEnd>[1],
  end: SessionEnd,
): Promise<QuickResult["verdict"]> {
  // Whatever the check says: a harness that fell over has not solved its task.
  if (end.status === "crashed" && end.obstructed !== true) return "fail";
  const found = (await verifyEnd(runtime, request, end))?.verdict ?? "error";
  return found === "error" ? "undecided" : found;
}

function nothing(task: string): QuickResult {
  return { task, verdict: "fail", seconds: 0, costUsd: 0 };
}
