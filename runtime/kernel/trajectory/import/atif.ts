/** ATIF, Harbor's Agent Trajectory Interchange Format, versions 1.0 to 1.7; also what `agent runs export` writes. */
import { z } from "zod";
import type { ContentBlock, Usage } from "../../protocol.ts";
import { BadRow, parseRow } from "./bad-row.ts";
import { Content, extraOf, otherParts, others, textOf } from "./content.ts";
import { readsAsError } from "./error-text.ts";
import { Label, outcomeOf } from "./label.ts";
import { TokenCount } from "./token-count.ts";
import type { EndStatus, Transcript, Turn } from "./transcript.ts";

/**
 * One trajectory. Steps are the indices of its `steps`; `extra.agent` of a step names its author. The format has no place for
 * a label; `success`, `resolved` and `reward` are looked for at the root, in `extra` and in `final_metrics`.
 * @throws BadRow when it is of another format, or a step cannot be understood, or none is an agent's
 */
export function parseAtif(value: unknown): Transcript {
  const row = parseRow(Trajectory, value);
  const turns = row.steps.flatMap((step, index) => turnsOf(step, index, row.agent?.model_name ?? undefined));
  if (!turns.some(({ kind }) => kind === "acted")) throw new BadRow("steps: none is an agent's");
  const { extra, agent, final_metrics: metrics } = row;
  const ours = Ours.safeParse(extra ?? {}).data;
  return {
    id: row.trajectory_id ?? row.session_id ?? row.id ?? undefined,
    task: ours?.task ?? taskOf(extra?.["task_id"] ?? row["task_id"]),
    instruction: ours?.instruction,
    model: agent?.model_name ?? "unknown",
    workspace: "",
    startedAt: timeOf(row.steps[0]),
    endedAt: timeOf(row.steps.at(-1)),
    end: ours?.status === undefined ? undefined : { status: ours.status, summary: "" },
    outcome: ours?.outcome ?? outcomeOf(labelOf(row)),
    turns,
    ...(metrics?.total_prompt_tokens === undefined || metrics.total_prompt_tokens === null
      ? {}
      : {
          totals: {
            inputTokens: metrics.total_prompt_tokens,
            outputTokens: metrics.total_completion_tokens ?? undefined,
            costUsd: metrics.total_cost_usd ?? null,
          },
        }),
    extra: others(row, KNOWN),
  };
}

const Result = z.looseObject({ source_call_id: z.string().nullish(), content: Content });
const Call = z.looseObject({
  tool_call_id: z.string().nullish(),
  function_name: z.string(),
  arguments: z.unknown(),
});
const Extra = z.looseObject({ agent: z.string().optional(), is_error: z.boolean().optional() });
const Metrics = z.looseObject({
  prompt_tokens: TokenCount.nullish(),
  completion_tokens: TokenCount.nullish(),
  cached_tokens: TokenCount.nullish(),
  cost_usd: z.number().nullish(),
});
const Step = z.looseObject({
  step_id: z.number().optional(),
  timestamp: z.string().nullish(),
  source: z.enum(["system", "user", "agent"]),
  message: Content,
  model_name: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(Call).nullish(),
  observation: z.looseObject({ results: z.array(Result) }).nullish(),
  metrics: Metrics.nullish(),
  extra: Extra.nullish(),
});
type Step = z.infer<typeof Step>;

const Trajectory = z.looseObject({
  ...Label.shape,
  schema_version: z
    .string()
    .regex(/^ATIF-v1\./, "is not a version of ATIF 1")
    .optional(),
  trajectory_id: z.string().nullish(),
  session_id: z.string().nullish(),
  id: z.string().nullish(),
  agent: z.looseObject({ model_name: z.string().nullish() }).nullish(),
  steps: z.array(Step).min(1),
  final_metrics: z
    .looseObject({
      ...Label.shape,
      total_prompt_tokens: TokenCount.nullish(),
      total_completion_tokens: TokenCount.nullish(),
      total_cost_usd: z.number().nullish(),
    })
    .nullish(),
  extra: z.looseObject(Label.shape).nullish(),
});
type Trajectory = z.infer<typeof Trajectory>;

/** What our own export says in `extra`. */
const Ours = z.object({
  status: z
    .enum(["done", "gave_up", "budget", "error", "aborted"])
    .optional()
    .catch(undefined) satisfies z.ZodType<EndStatus | undefined>,
  outcome: z
    .union([
      z.object({ kind: z.enum(["verified", "feedback"]), pass: z.boolean() }),
      z.object({ kind: z.literal("unknown") }),
    ])
    .optional()
    .catch(undefined),
  task: z.string().nullish().catch(undefined),
  instruction: z.string().optional().catch(undefined),
});

const KNOWN = new Set(["steps"]);
const KNOWN_OF_STEP = new Set([
  "timestamp",
  "source",
  "message",
  "model_name",
  "reasoning_content",
  "tool_calls",
  "observation",
  "extra",
]);
const KNOWN_OF_RESULT = new Set(["source_call_id", "content"]);

function labelOf({ success, resolved, reward, extra, final_metrics: metrics }: Trajectory): Label {
  return {
    success: success ?? extra?.success ?? metrics?.success,
    resolved: resolved ?? extra?.resolved ?? metrics?.resolved,
    reward: reward ?? extra?.reward ?? metrics?.reward,
  };
}

function taskOf(task: unknown): string | null {
  return typeof task === "string" || typeof task === "number" ? String(task) : null;
}

function timeOf(step: Step | undefined): string | undefined {
  const time = step?.timestamp;
  return typeof time === "string" && !Number.isNaN(Date.parse(time))
    ? new Date(time).toISOString()
    : undefined;
}

function turnsOf(step: Step, index: number, model: string | undefined): Turn[] {
  const { agent, ...rest } = step.extra ?? {};
  const source = {
    step: index,
    ...(agent === undefined ? {} : { agent }),
    ...extraOf({
      ...others(step, KNOWN_OF_STEP),
      // Otherwise the index says it.
      step_id: step.step_id === index + 1 ? undefined : step.step_id,
      ...rest,
      parts: otherParts(step.message),
    }),
  };
  const text = textOf(step.message);
  const at = timeOf(step);
  const said: Turn =
    step.source === "agent"
      ? {
          kind: "acted",
          content: replyOf(step, index),
          model: step.model_name ?? model,
          usage: usageOf(step),
          costUsd: step.metrics?.cost_usd ?? undefined,
          at,
          source,
        }
      : { kind: "told", role: step.source, text, source };
  const results = (step.observation?.results ?? []).map((result): Turn => {
    const content = textOf(result.content);
    const marked = Extra.safeParse(result["extra"]).data?.is_error;
    return {
      kind: "answered",
      callId: result.source_call_id || undefined,
      content,
      isError: marked ?? readsAsError(content),
      at,
      source: {
        step: index,
        ...(agent === undefined ? {} : { agent }),
        ...extraOf({ ...others(result, KNOWN_OF_RESULT), parts: otherParts(result.content) }),
      },
    };
  });
  return [said, ...results];
}

function replyOf(step: Step, index: number): ContentBlock[] {
  const text = textOf(step.message);
  return [
    ...(step.reasoning_content
      ? [{ type: "thinking" as const, thinking: step.reasoning_content, signature: "" }]
      : []),
    ...(text === "" ? [] : [{ type: "text" as const, text }]),
    ...(step.tool_calls ?? []).map((call, position) => ({
      type: "tool_use" as const,
      id: call.tool_call_id || `call-${index}-${position}`,
      name: call.function_name || "unknown",
      input: call.arguments ?? {},
    })),
  ];
}

/** Prompt tokens of the format include the cached ones. */
function usageOf({ metrics }: Step): Usage | undefined {
  if (metrics?.prompt_tokens === undefined || metrics.prompt_tokens === null) return undefined;
  const cached = Math.min(metrics.cached_tokens ?? 0, metrics.prompt_tokens);
  return {
    input_tokens: metrics.prompt_tokens - cached,
    output_tokens: metrics.completion_tokens ?? 0,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: 0,
  };
}
