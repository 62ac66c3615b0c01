/** Answers a harness's requests: guarded, charged to the budget, recorded. The only way out of the sandbox. */
import { exhausted, type BudgetCaps, type Exhausted } from "../../../guardrails/budget.ts";
import { messageOf } from "../error.ts";
import { ModelError, type Model } from "../model/model.ts";
import { costUsd } from "../model/price.ts";
import type {
  Finish,
  HarnessExit,
  ModelReply,
  ModelRequest,
  Request,
  Response,
  ToolCall,
  ToolResult,
  WireError,
} from "../protocol.ts";
import { StoppedAtMiss, type Player, type RecordedReply } from "../playback/player.ts";
import type { Called, CarryOut, ToolHost } from "../tools/host.ts";
import type { Meter } from "./meter.ts";
import type { Recorder } from "./recorder.ts";
import type { SkillShelf } from "./skill-shelf.ts";
import { oneAtATime, unlessAborted } from "./waiting.ts";

export interface BrokerOptions {
  readonly model: Model;
  readonly outputTokens: number;
  readonly tools: ToolHost;
  readonly skills: SkillShelf;
  readonly caps: BudgetCaps;
  readonly meter: Meter;
  readonly recorder: Recorder;
  /** Answers from a recording as far as it can. */
  readonly player?: Player | undefined;
  /** Ends what is being waited for; what comes afterwards is refused. */
  readonly signal: AbortSignal;
  /**
   * Characters that the trajectory may have; then nothing is served any more, for what is done is recorded. 256 Mi
   * when absent.
   */
  readonly maxRecorded?: number;
}

export interface Broker {
  /** Never rejects for what a harness did: that is an error response. */
  serve(request: Request): Promise<Response>;
  /** What the harness said when it finished, if it did. */
  finish(): Finish | undefined;
  /** What the bootstrap reported first, if it did. */
  exit(): HarnessExit | undefined;
  /** The first budget for which a model call was refused, if one was. */
  exhausted(): Exhausted | undefined;
  /** Why the last model call could not be answered, when that is nothing the harness could have helped. */
  outage(): string | undefined;
  /** Resolves when every model call is charged and recorded, also one whose reply nobody waited for. Never rejects. */
  idle(): Promise<void>;
}

/** Notes that one run may leave; a harness that writes more is not heard. */
const MAX_NOTES = 1000;
const MAX_NOTE_BYTES = 64 * 1024;
const MAX_RECORDED = 256 * 1024 * 1024;
/** How long after an abort a reply may still come, in milliseconds: it was paid for. Most models give up at once. */
const LATE_MS = 1000;

export function createBroker(options: BrokerOptions): Broker {
  const { recorder, signal, maxRecorded = MAX_RECORDED } = options;
  let finish: Finish | undefined;
  let exit: HarnessExit | undefined;
  let over: Exhausted | undefined;
  let outage: string | undefined;
  let notes = 0;
  const unsettled = new Set<Promise<unknown>>();
  // The budget is asked before a call and charged after it: two at once would both fit into what is left for one.
  const inTurn = oneAtATime();

  const refuseWhenExhausted = (): void => {
    const found = exhausted(options.meter.spent(), options.caps);
    if (found === undefined) return;
    const { limit, spent, cap } = found;
    if (over === undefined)
      recorder.record({ kind: "budget_reached", limit, spent: Number.isFinite(spent) ? spent : cap, cap });
    over ??= found;
    throw refused("budget_exhausted", `the run's ${limit} budget is spent: ${spent} of ${cap}`);
  };

  const answer = async (request: Request): Promise<unknown> => {
    if (request.method === "exit") {
      exit ??= request.params;
      return null;
    }
    if (finish !== undefined || exit !== undefined)
      throw refused("invalid_request", "the run is finished; nothing may follow");
    if (request.method !== "finish" && recorder.size() > maxRecorded)
      throw refused("budget_exhausted", "the run has recorded as much as a run may");
    switch (request.method) {
      case "model.create":
        return inTurn(async () => {
          refuseWhenAborted(signal);
          refuseWhenExhausted();
          const reply = createMessage(options, request.params);
          reply.then(
            () => (outage = undefined),
            (error: unknown) => (outage = outageIn(error)),
          );
          const settled = reply.catch(() => undefined).finally(() => unsettled.delete(settled));
          unsettled.add(settled);
          return unlessAborted(reply, signal, ended);
        });
      case "tools.call":
        refuseWhenAborted(signal);
        return callTool(options, request.params);
      case "skills.search":
        return searchSkills(options, request.params);
      case "lessons.search":
        return searchLessons(options, request.params);
      case "skills.load":
        return loadSkill(options, request.params.name);
      case "note":
        if (++notes <= MAX_NOTES) note(options, request.params.kind, request.params.data);
        return null;
      case "finish":
        finish = request.params;
        recorder.record({ kind: "finished", ...request.params });
        return null;
      default:
        return request satisfies never;
    }
  };

  return {
    async serve(request) {
      try {
        return { type: "response", id: request.id, result: await answer(request) };
      } catch (error) {
        return { type: "response", id: request.id, error: toWire(error) };
      }
    },
    finish: () => finish,
    exit: () => exit,
    exhausted: () => over,
    outage: () => outage,
    async idle() {
      await Promise.all(unsettled);
    },
  };
}

/** No key, no money, no server: whoever asks, and however often, gets no answer. */
function outageIn(error: unknown): string | undefined {
  if (!(error instanceof ModelError)) return undefined;
  const { code, message } = error.wire;
  return code === "connection" || code === "authentication" || code === "spend_limit" ? message : undefined;
}

function refuseWhenAborted(signal: AbortSignal): void {
  if (signal.aborted) throw ended();
}

/** Charged and recorded, however it ends and whoever still waits for it. */
async function createMessage(options: BrokerOptions, request: ModelRequest): Promise<ModelReply> {
  const { meter, model, recorder, signal, player } = options;
  const capped = {
    ...request,
    max_tokens: Math.min(request.max_tokens ?? options.outputTokens, options.outputTokens),
  };
  const recorded = recorder.requestDelta(capped);
  const played = player?.reply(recorded.key);
  if (player?.stopped.aborted === true) throw ended();
  const step = meter.beginStep();
  const began = performance.now();
  const replayed = played === undefined ? {} : { replayed: true };
  try {
    const reply =
      played === undefined
        ? await unlessAborted(model.create(capped, signal), signal, ended, LATE_MS)
        : answer(played);
    const price = model.price === undefined ? undefined : costUsd(reply.usage, model.price);
    if (played === undefined) meter.charge(reply.usage, price);
    else meter.replay(reply.usage, price, played.ms);
    const cost = played === undefined ? price : 0;
    recorder.record({
      kind: "model_called",
      step,
      request: recorded,
      reply: { content: reply.content, stop_reason: reply.stop_reason, model: reply.model },
      usage: reply.usage,
      ...(cost !== undefined ? { cost_usd: cost } : {}),
      ...replayed,
      ms: played?.ms ?? performance.now() - began,
    });
    return reply;
  } catch (error) {
    if (played !== undefined) meter.replay(undefined, undefined, played.ms);
    const wire = toWire(signal.aborted ? ended() : error);
    recorder.record({
      kind: "model_called",
      step,
      request: recorded,
      error: wire,
      ...replayed,
      ms: played?.ms ?? performance.now() - began,
    });
    throw error;
  }
}

/** @throws ModelError when an error was recorded */
function answer(played: RecordedReply): ModelReply {
  if (played.kind === "error") throw new ModelError(played.error);
  return played.reply;
}

type Search = Extract<Request, { method: "skills.search" }>["params"];

async function callTool(options: BrokerOptions, call: ToolCall): Promise<ToolResult> {
  const { tools, recorder, meter, player } = options;
  const began = performance.now();
  // When it is asked for: calls that go on at the same time end in any order.
  const step = meter.spent().steps;
  const key = recorder.callKey(call);
  const make = (carryOut?: CarryOut): Promise<Called> => tools.call(call, carryOut);
  const { result, decision, capability, replayedMs } =
    player === undefined
      ? { ...(await make()), replayedMs: undefined }
      : await player.call({ step, key, name: call.name }, make);
  if (replayedMs !== undefined) meter.replay(undefined, undefined, replayedMs);
  recorder.record({
    kind: "tool_called",
    step,
    call_id: call.id,
    name: call.name,
    input: call.input ?? null,
    key,
    capability,
    decision,
    result,
    ...(replayedMs === undefined ? {} : { replayed: true }),
    ms: replayedMs ?? performance.now() - began,
  });
  if (player?.stopped.aborted === true) throw ended();
  return inWireOrder(result);
}

/** The same fields in the same order, wherever a result comes from. */
function inWireOrder({ content, total_bytes, is_error, failure, exit_code }: ToolResult): ToolResult {
  return {
    content,
    total_bytes,
    is_error,
    ...(failure === undefined ? {} : { failure }),
    ...(exit_code === undefined ? {} : { exit_code }),
  };
}

function searchSkills(options: BrokerOptions, { query, limit, ranking }: Search): unknown {
  const hits = options.skills.search(query, limit, ranking);
  options.recorder.record({
    kind: "skills_searched",
    query,
    hits: hits.map(({ name, score }) => ({ name, score })),
  });
  return hits;
}

/** What was found is in the requests to the model; how much there was is not. */
function searchLessons(options: BrokerOptions, { query, limit, ranking }: Search): unknown {
  const hits = options.skills.searchLessons(query, limit, ranking);
  options.recorder.record({ kind: "noted", note: "lessons_searched", data: { query, hits: hits.length } });
  return hits;
}

function loadSkill(options: BrokerOptions, name: string): unknown {
  const skill = options.skills.load(name);
  options.recorder.record({ kind: "skill_loaded", name, found: skill !== undefined });
  if (skill === undefined) throw refused("not_found", `there is no skill named "${name}"`);
  return skill;
}

function note(options: BrokerOptions, kind: string, data: Record<string, unknown>): void {
  if (Buffer.byteLength(JSON.stringify(data)) > MAX_NOTE_BYTES)
    throw refused("invalid_request", "a note is limited to 64 KiB");
  options.recorder.record({ kind: "noted", note: kind, data });
}

function ended(): ModelError {
  return refused("aborted", "the run is being ended");
}

function refused(code: WireError["code"], message: string): ModelError {
  return new ModelError({ code, message, retryable: false });
}

function toWire(error: unknown): WireError {
  if (error instanceof StoppedAtMiss) return ended().wire;
  if (error instanceof ModelError) return inOrder(error.wire);
  return { code: "internal", message: messageOf(error), retryable: false };
}

function inOrder({ code, message, retryable, retry_after_ms }: WireError): WireError {
  return { code, message, retryable, ...(retry_after_ms === undefined ? {} : { retry_after_ms }) };
}
