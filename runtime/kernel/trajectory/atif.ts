/** Export to ATIF 1.7, Harbor's Agent Trajectory Interchange Format. */
import { packageVersion } from "../package.ts";
import type { ContentBlock, Message, Usage } from "../protocol.ts";
import type { RunRow } from "../store/store.ts";
import type { EventOf, StoredEvent } from "./events.ts";

interface AtifStep {
  readonly step_id: number;
  readonly timestamp: string;
  readonly source: "system" | "user" | "agent";
  readonly message: string;
  readonly reasoning_content?: string;
  readonly model_name?: string;
  readonly tool_calls?: AtifCall[];
  observation?: { readonly results: AtifResult[] };
  readonly metrics?: Record<string, number>;
  extra?: Record<string, unknown>;
}

interface AtifCall {
  readonly tool_call_id: string;
  readonly function_name: string;
  readonly arguments: Record<string, unknown>;
}

interface AtifResult {
  readonly source_call_id: string;
  readonly content: string;
}

/** A run as one ATIF document. What the format has no place for goes into `extra`. */
export function exportAtif(run: RunRow, events: readonly StoredEvent[]): Record<string, unknown> {
  const steps = stepsOf(run, events);
  const cached = events.reduce(
    (sum, { event }) =>
      sum + (event.kind === "model_called" ? (event.usage?.cache_read_input_tokens ?? 0) : 0),
    0,
  );
  return {
    schema_version: "ATIF-v1.7",
    trajectory_id: run.id,
    agent: {
      name: "ratchet",
      version: packageVersion(),
      model_name: run.model,
      extra: { release: run.release },
    },
    steps,
    final_metrics: {
      ...(run.inputTokens === null ? {} : { total_prompt_tokens: run.inputTokens }),
      ...(run.outputTokens === null ? {} : { total_completion_tokens: run.outputTokens }),
      total_cached_tokens: cached,
      ...(run.costUsd === null ? {} : { total_cost_usd: run.costUsd }),
      total_steps: steps.length,
    },
    extra: { status: run.status, outcome: run.outcome, task: run.task, instruction: run.instruction },
  };
}

function stepsOf(run: RunRow, events: readonly StoredEvent[]): AtifStep[] {
  const steps: AtifStep[] = [];
  const add = (step: Omit<AtifStep, "step_id">): void => {
    steps.push({ step_id: steps.length + 1, ...step });
  };
  for (const { event, at } of events) {
    if (event.kind === "tool_called") addResult(steps, event);
    if (event.kind !== "model_called") continue;
    if (event.request.system !== undefined)
      add({ timestamp: at, source: "system", message: event.request.system });
    for (const text of event.request.messages.flatMap(userTexts))
      add({ timestamp: at, source: "user", message: text });
    add(agentStep(event, at));
  }
  // A run that died before its first model call was still asked for something.
  if (steps.length === 0) add({ timestamp: run.startedAt, source: "user", message: run.instruction });
  return steps;
}

/** Results stand with the call that asked for them: the latest with that id, since models may use an id again. */
function addResult(steps: AtifStep[], { call_id, name, input, result }: EventOf<"tool_called">): void {
  const asked = steps.findLast((step) => step.tool_calls?.some((call) => call.tool_call_id === call_id));
  if (asked !== undefined) {
    asked.observation ??= { results: [] };
    asked.observation.results.push({ source_call_id: call_id, content: result.content });
    return;
  }
  const last = steps.at(-1);
  if (last === undefined) return;
  const others = Array.isArray(last.extra?.["harness_calls"])
    ? (last.extra["harness_calls"] as unknown[])
    : [];
  last.extra = {
    ...last.extra,
    harness_calls: [...others, { function_name: name, arguments: input, content: result.content }],
  };
}

function agentStep(event: EventOf<"model_called">, at: string): Omit<AtifStep, "step_id"> {
  const content = event.reply?.content ?? [];
  const calls = content.flatMap((block) =>
    block.type === "tool_use"
      ? [{ tool_call_id: block.id, function_name: block.name, arguments: asObject(block.input) }]
      : [],
  );
  const reasoning = content
    .flatMap((block) => (block.type === "thinking" ? [block.thinking] : []))
    .join("\n");
  return {
    timestamp: at,
    source: "agent",
    message: textOf(content),
    ...(reasoning !== "" ? { reasoning_content: reasoning } : {}),
    ...(event.reply !== undefined ? { model_name: event.reply.model } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(event.usage !== undefined ? { metrics: metricsOf(event.usage, event.cost_usd) } : {}),
    ...(event.error !== undefined ? { extra: { error: event.error } } : {}),
  };
}

/** The format wants an object; a call that the model did not write to its end has none. */
function asObject(input: unknown): Record<string, unknown> {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  return isObject ? (input as Record<string, unknown>) : { malformed: input };
}

/** Prompt tokens include the cached ones. */
function metricsOf(usage: Usage, cost: number | undefined): Record<string, number> {
  return {
    prompt_tokens: usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens,
    completion_tokens: usage.output_tokens,
    cached_tokens: usage.cache_read_input_tokens,
    ...(cost !== undefined ? { cost_usd: cost } : {}),
  };
}

/** What a person or the harness said. */
function userTexts({ role, content }: Message): string[] {
  if (role !== "user") return [];
  const text = typeof content === "string" ? content : textOf(content);
  return text === "" ? [] : [text];
}

function textOf(content: readonly ContentBlock[]): string {
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}
