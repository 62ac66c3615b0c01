/** One run of a harness: spawn, serve, finish. Ends by itself, on abort, or at its time limit; always with a status. */
import type { BudgetCaps } from "../../../guardrails/budget.ts";
import { harnessLimits } from "../../../guardrails/sandbox/defaults.ts";
import type { Exit, Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { startHarness, type HarnessProcess } from "../harness/process.ts";
import type { Model } from "../model/model.ts";
import { PROTOCOL_VERSION, type Finish, type ToolSpec } from "../protocol.ts";
import type { RunStatus } from "../store/store.ts";
import type { ToolHost } from "../tools/host.ts";
import { createBroker, type Broker } from "./broker.ts";
import type { Meter } from "./meter.ts";
import type { Recorder } from "./recorder.ts";
import type { SkillShelf } from "./skill-shelf.ts";

/** How long a harness may take to finish once it was asked to stop, in milliseconds. */
const GRACE_MS = 2_000;

export interface SessionOptions {
  readonly instruction: string;
  /** Folder with the stripped harness files. */
  readonly code: string;
  readonly prompts: Readonly<Record<string, string>>;
  readonly toolSpecs: readonly ToolSpec[];
  readonly tools: ToolHost;
  readonly skills: SkillShelf;
  readonly model: Model;
  readonly outputTokens: number;
  readonly sandbox: Sandbox;
  readonly memoryBytes: number;
  readonly caps: BudgetCaps;
  readonly meter: Meter;
  readonly recorder: Recorder;
  /** Aborts the run: the harness is asked to finish, and killed when it does not. */
  readonly signal: AbortSignal;
}

export interface SessionEnd {
  readonly status: Exclude<RunStatus, "open" | "interrupted">;
  readonly summary: string;
}

export async function runSession(options: SessionOptions): Promise<SessionEnd> {
  const stop = new AbortController();
  const broker = createBroker({ ...options, signal: stop.signal });
  let broken: string | undefined;
  const harness = startHarness({
    sandbox: options.sandbox,
    code: options.code,
    limits: harnessLimits((options.caps.seconds + 30) * 1000, { memoryBytes: options.memoryBytes }),
    serve: (request) => broker.serve(request),
    onBroken: (detail) => {
      broken ??= detail;
      options.recorder.record({ kind: "protocol_broken", detail });
    },
  });
  harness.send(hello(options));
  const reason = await endOf(harness, options, stop);
  const { exit, stderr } = await harness.ended;
  stop.abort();
  const report = broker.exit();
  options.recorder.record({
    kind: "harness_exited",
    exit: describeExit(exit),
    stderr,
    ...(report?.error !== undefined ? { error: report.error } : {}),
    ...(report?.coverage !== undefined ? { coverage: report.coverage } : {}),
  });
  return outcome(broker, exit, broken, reason, stderr);
}

function hello(options: SessionOptions) {
  return {
    type: "hello" as const,
    protocol: PROTOCOL_VERSION,
    instruction: options.instruction,
    workspace: "/workspace",
    tools: [...options.toolSpecs],
    prompts: { ...options.prompts },
    limits: {
      steps: options.caps.steps,
      context_tokens: options.model.contextTokens,
      output_tokens: options.outputTokens,
    },
  };
}

/** Waits for the harness; on abort or at the time limit asks it to stop, and kills it when it does not. */
async function endOf(
  harness: HarnessProcess,
  options: SessionOptions,
  stop: AbortController,
): Promise<"aborted" | "seconds" | undefined> {
  let reason: "aborted" | "seconds" | undefined;
  let grace: NodeJS.Timeout | undefined;
  const ask = (why: "aborted" | "seconds"): void => {
    if (reason !== undefined) return;
    reason = why;
    if (why === "seconds") {
      const spent = options.meter.spent().seconds;
      options.recorder.record({ kind: "budget_reached", limit: "seconds", spent, cap: options.caps.seconds });
    }
    harness.send({ type: "abort", reason: why });
    stop.abort();
    grace = setTimeout(() => harness.kill(), GRACE_MS);
  };
  const onAbort = (): void => ask("aborted");
  const clock = setTimeout(() => ask("seconds"), options.caps.seconds * 1000);
  options.signal.addEventListener("abort", onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  await harness.ended;
  clearTimeout(clock);
  clearTimeout(grace);
  options.signal.removeEventListener("abort", onAbort);
  return reason;
}

function outcome(
  broker: Broker,
  exit: Exit,
  broken: string | undefined,
  reason: "aborted" | "seconds" | undefined,
  stderr: string,
): SessionEnd {
  const finish = broker.finish();
  if (reason === "seconds") return { status: "budget", summary: summaryOr(finish, "the time budget is spent") };
  if (reason === "aborted") return { status: "aborted", summary: summaryOr(finish, "stopped") };
  if (broken !== undefined) return { status: "crashed", summary: `the harness broke the protocol: ${broken}` };
  if (finish !== undefined) return { status: finish.status, summary: finish.summary };
  const error = broker.exit()?.error;
  if (error !== undefined) return { status: "error", summary: `the harness threw: ${error.message}` };
  const last = stderr.trim().split("\n").slice(-3).join(" ");
  return { status: "crashed", summary: `the harness ended without finishing (${describeExit(exit)})${last === "" ? "" : `: ${last}`}` };
}

function summaryOr(finish: Finish | undefined, fallback: string): string {
  return finish === undefined || finish.summary === "" ? fallback : finish.summary;
}

/** How a process ended, in a few words. */
function describeExit(exit: Exit): string {
  switch (exit.kind) {
    case "exited":
      return `exit code ${exit.code}`;
    case "signaled":
      return `killed by ${exit.signal}`;
    case "timeout":
      return `killed after ${exit.ms} ms`;
    case "memory":
      return `killed at ${Math.round(exit.bytes / 1_048_576)} MiB of memory`;
    case "output":
      return `killed after ${exit.bytes} bytes of output`;
    case "aborted":
      return "aborted";
    case "not_started":
      return `not started: ${exit.reason}`;
    default:
      return exit satisfies never;
  }
}
