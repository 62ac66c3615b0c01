/** One run of a harness: spawn, serve, finish. Ends by itself, on abort, or at its time limit; always with a status. */
import type { BudgetCaps } from "../../../guardrails/budget.ts";
import { harnessLimits } from "../../../guardrails/sandbox/defaults.ts";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { startHarness, type HarnessOptions, type HarnessProcess } from "../harness/process.ts";
import type { Model } from "../model/model.ts";
import { PROTOCOL_VERSION, type Hello, type ToolSpec } from "../protocol.ts";
import type { Player } from "../playback/player.ts";
import type { ToolHost } from "../tools/host.ts";
import { createBroker } from "./broker.ts";
import { checkCoverage } from "./coverage.ts";
import type { Meter } from "./meter.ts";
import type { Recorder } from "./recorder.ts";
import { describeExit, sessionEnd, type Remains, type SessionEnd } from "./session-end.ts";
import type { SkillShelf } from "./skill-shelf.ts";
import { stopInTime } from "./stopping.ts";

export interface SessionOptions {
  readonly instruction: string;
  /** Folder with the stripped harness files. */
  readonly code: string;
  readonly prompts: Readonly<Record<string, string>>;
  readonly toolSpecs: readonly ToolSpec[];
  /** Makes the host whose calls end when `signal` is aborted. */
  readonly tools: (signal: AbortSignal) => ToolHost;
  readonly skills: SkillShelf;
  readonly model: Model;
  readonly outputTokens: number;
  readonly sandbox: Sandbox;
  readonly memoryBytes: number;
  readonly caps: BudgetCaps;
  readonly meter: Meter;
  readonly recorder: Recorder;
  readonly player?: Player | undefined;
  /** Starts the harness; a process of its own for this run when left out. */
  readonly start?: (options: HarnessOptions) => HarnessProcess;
  /** Aborts the run: the harness is asked to finish, and killed when it does not. */
  readonly signal: AbortSignal;
}

/** When it resolves, no process of the session is left and no request is being served: the workspace is quiet. */
export async function runSession(options: SessionOptions): Promise<SessionEnd> {
  if (options.signal.aborted) return { status: "aborted", summary: "stopped before it began" };
  const { caps, meter, recorder, signal } = options;
  const over = new AbortController();
  const broker = createBroker({ ...options, tools: options.tools(over.signal), signal: over.signal });
  let broken: string | undefined;
  const secondsLeft = caps.seconds - meter.spent().seconds;
  const harness = (options.start ?? startHarness)({
    sandbox: options.sandbox,
    code: options.code,
    limits: harnessLimits(Math.ceil((Math.max(0, secondsLeft) + MARGIN_SECONDS) * 1000), {
      memoryBytes: options.memoryBytes,
    }),
    async serve(request) {
      const response = await broker.serve(request);
      if (request.method === "finish") stopping.finished();
      else if (options.player !== undefined) stopping.look();
      return response;
    },
    onBroken(detail) {
      broken = detail;
      recorder.record({ kind: "protocol_broken", detail });
    },
  });
  const stopping = stopInTime(harness, {
    left: () => (caps.seconds - meter.spent().seconds) * 1000,
    signal,
    onStop(reason) {
      if (reason === "seconds" && broker.exhausted()?.limit !== "seconds") recordTimeout(options);
      over.abort();
    },
  });
  harness.send(hello(options));
  const reason = await stopping.ended;
  over.abort();
  await harness.idle();
  await broker.idle();
  const { exit, stderr } = await harness.ended;
  const remains = { broker, exit, stderr, broken, reason };
  await recordExit(options, remains);
  return sessionEnd(remains);
}

/** The sandbox's own time limit is a second net below the one that asks first. */
const MARGIN_SECONDS = 30;

function hello(options: SessionOptions): Hello {
  return {
    type: "hello",
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

function recordTimeout({ caps, meter, recorder }: SessionOptions): void {
  recorder.record({
    kind: "budget_reached",
    limit: "seconds",
    spent: meter.spent().seconds,
    cap: caps.seconds,
  });
}

/** Lines that cannot have run make the whole report worthless: then it is unknown which did. */
async function recordExit(
  { recorder, code }: SessionOptions,
  { broker, exit, stderr }: Remains,
): Promise<void> {
  const { error, coverage } = broker.exit() ?? {};
  const checked = coverage === undefined ? undefined : await checkCoverage(coverage, code);
  if (checked?.kind === "refused")
    recorder.record({ kind: "noted", note: "coverage_refused", data: { reason: checked.reason } });
  recorder.record({
    kind: "harness_exited",
    exit: describeExit(exit),
    stderr,
    ...(error !== undefined ? { error } : {}),
    ...(checked?.kind === "plausible" ? { coverage: checked.coverage } : {}),
  });
}
