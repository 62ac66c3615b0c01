/**
 * Runs one instruction, from the first byte of its trajectory to the last: session, verifier, outcome. Whatever
 * happens in between, the run is closed with what it has.
 */
import { randomBytes } from "node:crypto";
import type { BudgetCaps } from "../../../guardrails/budget.ts";
import { messageOf } from "../error.ts";
import { requirePrice } from "../model/price.ts";
import { packageVersion } from "../package.ts";
import { createPlayer, type Player } from "../playback/player.ts";
import type { NewRun, Outcome } from "../store/store.ts";
import type { Verification } from "../suite/verification.ts";
import type { TrajectoryEvent } from "../trajectory/events.ts";
import { lowestCaps } from "./caps.ts";
import { createMeter, type Meter } from "./meter.ts";
import { prepareSession } from "./prepare-session.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import type { RunRequest, RunResult, Runtime } from "./request.ts";
import { runSession, type SessionOptions } from "./session.ts";
import type { SessionEnd } from "./session-end.ts";
import { verifyEnd } from "./verify-end.ts";

export type { RunRequest, RunResult, Runtime } from "./request.ts";

/**
 * @throws RatchetError when the store fails (the run is stopped at once then: nothing may happen unrecorded), or when
 * a money cap cannot be kept; a failing agent, tool, verifier or harness is a result
 */
export async function runTask(runtime: Runtime, request: RunRequest): Promise<RunResult> {
  const { store, model, home } = runtime;
  const caps = lowestCaps(
    { ...home.config.budgets, usd: home.config.budgets.usd },
    request.task?.task.budgets,
    request.caps,
  );
  requirePrice(model, caps.usd);
  const id = newRunId();
  const meter = createMeter(() => performance.now());
  await store.startRun(newRun(runtime, request, id));
  try {
    return await recordRun(runtime, request, id, caps, meter);
  } catch (error) {
    // A store that failed once may well fail again; what is told is why it began.
    await store.endRun(id, "crashed", meter.totals()).catch(() => undefined);
    throw error;
  }
}

/** Sortable by time, unlikely to meet another of the same millisecond. */
function newRunId(): string {
  return `${Date.now().toString(36)}-${randomBytes(4).toString("hex")}`;
}

function newRun(runtime: Runtime, request: RunRequest, id: string): NewRun {
  return {
    id,
    purpose: request.purpose,
    task: request.task?.id ?? null,
    instruction: runtime.redact(request.instruction),
    release: request.genome.sha,
    model: runtime.model.name,
    workspace: request.workspace,
    snapshot: request.snapshot ?? null,
  };
}

async function recordRun(
  runtime: Runtime,
  request: RunRequest,
  id: string,
  caps: BudgetCaps,
  meter: Meter,
): Promise<RunResult> {
  const { store } = runtime;
  const unrecorded = new AbortController();
  const recorder = createRecorder({
    store,
    run: id,
    redact: runtime.redact,
    watch: (event) => request.watch?.(event),
    onFailure: () => unrecorded.abort(),
  });
  const player = playerOf(runtime, request, recorder);
  const stops = [request.signal, unrecorded.signal, ...(player === undefined ? [] : [player.stopped])];
  const guarded = { ...request, signal: AbortSignal.any(stops) };
  recorder.record(started(runtime, request));
  const ran = await runGuarded(runtime, guarded, { recorder, caps, meter, player });
  const session = player?.stopped.aborted === true ? stoppedAtMiss(player) : ran;
  const verification = await verifyEnd(runtime, guarded, session);
  if (verification !== undefined) recorder.record({ kind: "verified", ...verification });
  const undecided = request.task !== undefined && verification === undefined;
  const end: SessionEnd = undecided ? { ...session, status: "aborted" } : session;
  recorder.record({
    kind: "run_ended",
    status: end.status,
    ...(end.status === "crashed" ? { summary: end.summary } : {}),
  });
  await recorder.settled();
  if (verification !== undefined) await store.setOutcome(id, toOutcome(verification));
  await store.endRun(id, end.status, meter.totals());
  return {
    id,
    status: end.status,
    summary: end.summary,
    verification,
    totals: meter.totals(),
    ...(end.obstructed === true ? { obstructed: true } : {}),
    ...(player === undefined ? {} : { replayed: player.replayed() }),
  };
}

function playerOf(
  { model, redact }: Runtime,
  { recording }: RunRequest,
  recorder: Recorder,
): Player | undefined {
  if (recording === undefined) return undefined;
  return createPlayer(recording, {
    model: model.name,
    redact,
    onMiss: ({ step, what }) =>
      recorder.record({ kind: "noted", note: "replay_missed", data: { step, what } }),
  });
}

function stoppedAtMiss(player: Player): SessionEnd {
  const { miss } = player.replayed();
  return {
    status: "aborted",
    summary: `undecided: the recording does not go on. After ${miss?.step ?? 0} model calls: ${miss?.what ?? ""}`,
  };
}

function started(runtime: Runtime, { genome, task, snapshot, instruction }: RunRequest): TrajectoryEvent {
  return {
    kind: "run_started",
    instruction,
    ...(task !== undefined ? { task: task.id } : {}),
    release: genome.sha,
    model: runtime.model.name,
    sandbox: runtime.sandbox.tier,
    ...(snapshot !== undefined ? { snapshot } : {}),
    kernel_version: packageVersion(),
  };
}

async function runGuarded(
  runtime: Runtime,
  request: RunRequest,
  shared: Pick<SessionOptions, "recorder" | "caps" | "meter" | "player">,
): Promise<SessionEnd> {
  const { compiled } = request.genome;
  if (compiled.kind === "broken") {
    const place = `harness/${compiled.file}:${compiled.line}`;
    return { status: "crashed", summary: `the harness does not start: ${place}: ${compiled.message}` };
  }
  try {
    await using prepared = await prepareSession(runtime, request);
    return await runSession({ ...prepared.options, ...shared, code: compiled.dir });
  } catch (error) {
    return { status: "crashed", summary: `the run could not go on: ${messageOf(error)}`, obstructed: true };
  }
}

/** A verifier that could not decide says nothing about the run: no label, so that nobody counts it as a failure. */
function toOutcome({ verdict }: Verification): Outcome {
  return verdict === "error" ? { kind: "unknown" } : { kind: "verified", pass: verdict === "pass" };
}
