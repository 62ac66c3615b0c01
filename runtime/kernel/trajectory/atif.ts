/** Export to ATIF 1.7, Harbor's Agent Trajectory Interchange Format. */
import { packageVersion } from "../package.ts";
import type { ContentBlock, Message } from "../protocol.ts";
import type { RunRow } from "../store/store.ts";
import type { EventOf, StoredEvent } from "./events.ts";

interface AtifStep {
  step_id: number;
  timestamp: string;
  source: "system" | "user" | "agent";
  message: string;
  model_name?: string;
  tool_calls?: { tool_call_id: string; function_name: string; arguments: unknown }[];
  observation?: { results: { source_call_id: string; content: string }[] };
  metrics?: Record<string, number>;
  extra?: Record<string, unknown>;
}

/** A run as one ATIF document. What the format has no place for goes into `extra`. */
export function exportAtif(run: RunRow, events: readonly StoredEvent[]): Record<string, unknown> {
  return {
    schema_version: "ATIF-v1.7",
    trajectory_id: run.id,
    agent: {
      name: "ratchet",
      version: packageVersion(),
      model_name: run.model,
      extra: { release: run.release },
    },
    steps: stepsOf(events),
    final_metrics: {
      total_prompt_tokens: run.inputTokens,
      total_completion_tokens: run.outputTokens,
      ...(run.costUsd === null ? {} : { total_cost_usd: run.costUsd }),
      total_steps: run.steps,
    },
    extra: { status: run.status, outcome: run.outcome, task: run.task, instruction: run.instruction },
  };
}

function stepsOf(events: readonly StoredEvent[]): AtifStep[] {
  const results = new Map<string, string>();
  for (const { event } of events) if (event.kind === "tool_called") results.set(event.call_id, event.result.content);
  const steps: AtifStep[] = [];
  const add = (step: Omit<AtifStep, "step_id">): void => {
    steps.push({ step_id: steps.length + 1, ...step });
  };
  for (const { event, at } of events) {
    if (event.kind !== "model_called") continue;
    if (event.request.system !== undefined) add({ timestamp: at, source: "system", message: event.request.system });
    for (const text of event.request.messages.flatMap(userTexts)) add({ timestamp: at, source: "user", message: text });
    add(agentStep(event, at, results));
  }
  return steps;
}

function agentStep(event: EventOf<"model_called">, at: string, results: ReadonlyMap<string, string>): Omit<AtifStep, "step_id"> {
  const content = event.reply?.content ?? [];
  const calls = content.flatMap((block) =>
    block.type === "tool_use" ? [{ tool_call_id: block.id, function_name: block.name, arguments: block.input }] : [],
  );
  const answered = calls.flatMap(({ tool_call_id }) => {
    const result = results.get(tool_call_id);
    return result === undefined ? [] : [{ source_call_id: tool_call_id, content: result }];
  });
  return {
    timestamp: at,
    source: "agent",
    message: textOf(content),
    ...(event.reply !== undefined ? { model_name: event.reply.model } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(answered.length > 0 ? { observation: { results: answered } } : {}),
    ...(event.usage !== undefined
      ? {
          metrics: {
            prompt_tokens: event.usage.input_tokens,
            completion_tokens: event.usage.output_tokens,
            ...(event.cost_usd !== undefined ? { cost_usd: event.cost_usd } : {}),
          },
        }
      : {}),
    ...(event.error !== undefined ? { extra: { error: event.error } } : {}),
  };
}

/** What a person or the harness said; results of tools stand with the call that asked for them. */
function userTexts({ role, content }: Message): string[] {
  if (role !== "user") return [];
  const text = typeof content === "string" ? content : textOf(content);
  return text === "" ? [] : [text];
}

function textOf(content: readonly ContentBlock[]): string {
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}
