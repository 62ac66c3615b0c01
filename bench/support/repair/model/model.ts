/**
 * A deterministic model for scenarios of agents in the wild. Which scenario it plays is told by the task's instruction; what
 * it does in it depends on what the request shows. Its server has a memory of its own, one for each run, as servers have.
 */
import { createHash } from "node:crypto";
import type { Model } from "../../../../runtime/kernel/model/model.ts";
import { ModelError } from "../../../../runtime/kernel/model/model.ts";
import type {
  ContentBlock,
  ModelReply,
  ModelRequest,
  StopReason,
} from "../../../../runtime/kernel/protocol.ts";
import type { Plan, Scenario, Server, ServerError, Thought } from "./plan.ts";
import { refusal } from "./rules.ts";
import { think } from "./worker.ts";
import { viewOf } from "./view.ts";

export const CONTEXT_TOKENS = 12_000;
const NAME = "scenario/1";
const CHARACTERS_PER_TOKEN = 4;
/** Clocks differ by a little: nobody is shut out for that. */
const EARLY_MS = 150;
const STRANGER: Plan = { steps: [] };

/** What the server remembers of one run. */
interface Session {
  calls: number;
  /** Nobody may call before this time, in milliseconds. */
  closedUntil: number;
  isShutOut: boolean;
}

/** @param find the scenario of a job, by the name that its instruction begins with */
export function scenarioModel(find: (job: string) => Scenario | undefined): Model {
  const sessions = new WeakMap<AbortSignal, Session>();
  return {
    name: NAME,
    description:
      "deterministic, scripted, no language model: plays scenarios of models and servers as seen in the wild",
    isLanguageModel: false,
    deterministic: true,
    price: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextTokens: CONTEXT_TOKENS,
    async create(request, signal) {
      if (signal.aborted) throw failure("aborted", "the model call was aborted");
      // The signal lives as long as the run: it is what tells one connection from another.
      const session = sessions.get(signal) ?? { calls: 0, closedUntil: 0, isShutOut: false };
      sessions.set(signal, session);
      session.calls += 1;
      return answer(request, find, session);
    },
  };
}

function answer(
  request: ModelRequest,
  find: (job: string) => Scenario | undefined,
  session: Session,
): ModelReply {
  const view = viewOf(request);
  const plan = (view.job === undefined ? undefined : find(view.job)?.plan) ?? STRANGER;
  const { server = {} } = plan;
  refuseForNow(server, session);
  const refused = refusal(request, server.thinks === true && view.transcript === undefined);
  if (refused !== undefined) throw failure("invalid_request", refused);
  refuseLong(request, server);
  const thought = view.job === undefined ? LOST : think(plan, view);
  return written(thought, request, server);
}

const LOST: Thought = { text: "I give up: I was not told what to do." };

/** Overload and the like, at the calls that the scenario says. */
function refuseForNow(server: Server, session: Session): void {
  if (session.isShutOut || performance.now() < session.closedUntil) {
    session.isShutOut = true;
    throw failure("provider_error", "blocked: too many requests before the time that was asked for");
  }
  const error = server.errors?.[session.calls];
  if (error === undefined) return;
  if (error.strict === true) session.closedUntil = performance.now() + (error.retryAfterMs ?? 0) - EARLY_MS;
  throw toModelError(error);
}

function toModelError({ code, message, retryable, retryAfterMs }: ServerError): ModelError {
  return new ModelError({
    code,
    message,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  });
}

function refuseLong(request: ModelRequest, server: Server): void {
  const tokens = tokensOf(JSON.stringify(request), server) + (request.max_tokens ?? 0);
  if (tokens <= CONTEXT_TOKENS) return;
  const message = `prompt is too long: ${tokens} tokens > ${CONTEXT_TOKENS} maximum`;
  throw failure(server.vagueOverflow === true ? "invalid_request" : "context_overflow", message);
}

function tokensOf(text: string, { hexPerToken = CHARACTERS_PER_TOKEN }: Server): number {
  const others = text.replace(/\p{ASCII}+/gu, "").length;
  const hex = (text.match(/[0-9a-f]{32,}/g) ?? []).join("").length;
  return Math.ceil((text.length - others - hex) / CHARACTERS_PER_TOKEN + hex / hexPerToken + others);
}

function written(thought: Thought, request: ModelRequest, server: Server): ModelReply {
  const content: ContentBlock[] = [];
  if (server.thinks === true) {
    const signature = thought.unsigned === true ? "" : "signed";
    content.push({ type: "thinking", thinking: "What is the next step?", signature });
  }
  if (thought.text !== undefined) content.push({ type: "text", text: thought.text });
  content.push(...(thought.texts ?? []).map((text) => ({ type: "text", text }) as const));
  const run = createHash("sha256").update(JSON.stringify(request.messages)).digest("hex").slice(0, 10);
  for (const [index, { tool, input }] of (thought.actions ?? []).entries()) {
    const id = server.numbersIds === true ? `call_${index}` : `toolu_${run}_${index}`;
    content.push({
      type: "tool_use",
      id,
      name: tool,
      input: server.stringInputs === true ? JSON.stringify(input) : input,
    });
  }
  return cutTo(request.max_tokens ?? Infinity, {
    content,
    stop_reason: thought.stop ?? stopOf(content, server),
    usage: {
      input_tokens: tokensOf(JSON.stringify(request), {}),
      output_tokens: tokensOf(JSON.stringify(content), {}),
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
    },
    model: NAME,
  });
}

function stopOf(content: readonly ContentBlock[], server: Server): StopReason {
  const isCalling = content.some(({ type }) => type === "tool_use");
  return isCalling && server.mislabels !== true ? "tool_use" : "end_turn";
}

/** At the output limit the last call is left half written. */
function cutTo(maxTokens: number, reply: ModelReply): ModelReply {
  if (reply.usage.output_tokens <= maxTokens) return reply;
  const content = reply.content.map((block): ContentBlock => {
    if (block.type !== "tool_use") return block;
    return { ...block, input: halved(block.input, maxTokens * CHARACTERS_PER_TOKEN) };
  });
  return { ...reply, content, stop_reason: "max_tokens" };
}

function halved(input: unknown, characters: number): unknown {
  if (typeof input === "string") return input.slice(0, characters);
  if (typeof input !== "object" || input === null) return input;
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key,
      typeof value === "string" ? value.slice(0, characters / 2) : value,
    ]),
  );
}

function failure(code: ServerError["code"], message: string): ModelError {
  return new ModelError({ code, message, retryable: false });
}
