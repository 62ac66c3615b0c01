/** Answers a harness's requests: guarded, charged to the budget, recorded. The only way out of the sandbox. */
import { exhausted, type BudgetCaps } from "../../../guardrails/budget.ts";
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
import type { SkillShelf } from "./skill-shelf.ts";
import type { ToolHost } from "../tools/host.ts";
import type { Meter } from "./meter.ts";
import type { Recorder } from "./recorder.ts";

export interface BrokerOptions {
  readonly model: Model;
  readonly outputTokens: number;
  readonly tools: ToolHost;
  readonly skills: SkillShelf;
  readonly caps: BudgetCaps;
  readonly meter: Meter;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
}

export interface Broker {
  /** Never rejects for what a harness did: that is an error response. */
  serve(request: Request): Promise<Response>;
  /** What the harness said when it finished, if it did. */
  finish(): Finish | undefined;
  /** What the bootstrap reported last, if it did. */
  exit(): HarnessExit | undefined;
}

/** Notes that one run may leave; a harness that writes more is not heard. */
const MAX_NOTES = 1000;
const MAX_NOTE_BYTES = 64 * 1024;

export function createBroker(options: BrokerOptions): Broker {
  let finish: Finish | undefined;
  let exit: HarnessExit | undefined;
  let notes = 0;

  const answer = async (request: Request): Promise<unknown> => {
    if (finish !== undefined && request.method !== "exit") {
      throw refused("invalid_request", "the run is finished; nothing may follow");
    }
    switch (request.method) {
      case "model.create":
        return createMessage(options, request.params);
      case "tools.call":
        return callTool(options, request.params);
      case "skills.search":
        return searchSkills(options, request.params.query, request.params.limit);
      case "skills.load":
        return loadSkill(options, request.params.name);
      case "note":
        if (++notes <= MAX_NOTES) note(options, request.params.kind, request.params.data);
        return null;
      case "finish":
        finish = request.params;
        options.recorder.record({ kind: "finished", ...request.params });
        return null;
      case "exit":
        exit ??= request.params;
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
  };
}

async function createMessage(options: BrokerOptions, request: ModelRequest): Promise<ModelReply> {
  const { meter, model, recorder } = options;
  refuseWhenExhausted(options);
  const step = meter.beginStep();
  const capped = { ...request, max_tokens: Math.min(request.max_tokens ?? options.outputTokens, options.outputTokens) };
  const recorded = recorder.requestDelta(capped);
  const began = performance.now();
  try {
    const reply = await model.create(capped, options.signal);
    const cost = model.price === undefined ? undefined : costUsd(reply.usage, model.price);
    meter.charge(reply.usage, cost);
    recorder.record({
      kind: "model_called",
      step,
      request: recorded,
      reply: { content: reply.content, stop_reason: reply.stop_reason, model: reply.model },
      usage: reply.usage,
      ...(cost !== undefined ? { cost_usd: cost } : {}),
      ms: performance.now() - began,
    });
    return reply;
  } catch (error) {
    const wire = toWire(error);
    recorder.record({ kind: "model_called", step, request: recorded, error: wire, ms: performance.now() - began });
    throw error;
  }
}

function refuseWhenExhausted({ meter, caps, recorder }: BrokerOptions): void {
  const over = exhausted(meter.spent(), caps);
  if (over === undefined) return;
  recorder.record({ kind: "budget_reached", limit: over.limit, spent: over.spent, cap: over.cap });
  throw refused("budget_exhausted", `the run's ${over.limit} budget is spent: ${over.spent} of ${over.cap}`);
}

async function callTool(options: BrokerOptions, call: ToolCall): Promise<ToolResult> {
  const began = performance.now();
  const { result, decision, capability } = await options.tools.call(call);
  options.recorder.record({
    kind: "tool_called",
    step: options.meter.spent().steps,
    call_id: call.id,
    name: call.name,
    input: call.input ?? null,
    capability,
    decision,
    result,
    ms: performance.now() - began,
  });
  return result;
}

async function searchSkills(options: BrokerOptions, query: string, limit: number): Promise<unknown> {
  const hits = await options.skills.search(query, limit);
  options.recorder.record({
    kind: "skills_searched",
    query,
    hits: hits.map(({ name, score }) => ({ name, score })),
  });
  return hits;
}

function loadSkill(options: BrokerOptions, name: string): unknown {
  const skill = options.skills.load(name);
  options.recorder.record({ kind: "skill_loaded", name, found: skill !== undefined });
  if (skill === undefined) throw refused("not_found", `there is no skill named "${name}"`);
  return skill;
}

function note(options: BrokerOptions, kind: string, data: Record<string, unknown>): void {
  if (JSON.stringify(data).length > MAX_NOTE_BYTES) throw refused("invalid_request", "a note is limited to 64 KiB");
  options.recorder.record({ kind: "noted", note: kind, data });
}

function refused(code: WireError["code"], message: string): ModelError {
  return new ModelError({ code, message, retryable: false });
}

function toWire(error: unknown): WireError {
  if (error instanceof ModelError) return error.wire;
  return { code: "internal", message: messageOf(error), retryable: false };
}
