/** Rows with OpenAI chat messages, as tau-bench and many data sets have them. */
import { z } from "zod";
import type { ContentBlock } from "../../protocol.ts";
import { BadRow, parseRow } from "./bad-row.ts";
import { argumentsOf, Content, extraOf, otherParts, others, textOf } from "./content.ts";
import { readsAsError } from "./error-text.ts";
import { Label, outcomeOf } from "./label.ts";
import type { Transcript, Turn } from "./transcript.ts";

/**
 * One row. Steps are the indices of its messages. The format marks no errors: a result that reads as one is taken for one.
 * @throws BadRow when its messages cannot be understood, or none is an assistant's
 */
export function parseOpenAiChat(value: unknown): Transcript {
  const row = parseRow(Row, value);
  const messages = row.messages ?? row.traj;
  if (messages === undefined) throw new BadRow("messages: there is no such field");
  const turns = messages.flatMap((message, step) => turnsOf(message, step));
  if (!turns.some(({ kind }) => kind === "acted")) throw new BadRow("messages: none is an assistant's");
  return {
    id: idOf(row),
    task: taskOf(row),
    instruction: row.instruction ?? undefined,
    model: row.model ?? "unknown",
    workspace: "",
    startedAt: row.timestamp ?? undefined,
    outcome: outcomeOf(row),
    turns,
    extra: others(row, KNOWN),
  };
}

const Name = z.union([z.string(), z.number()]);
const ToolCall = z.looseObject({
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string(), arguments: z.unknown() }),
});
const Message = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
  content: Content,
  name: z.string().nullish(),
  tool_call_id: z.string().nullish(),
  tool_calls: z.array(ToolCall).nullish(),
  /** What `tool_calls` was before 2023. */
  function_call: z.looseObject({ name: z.string(), arguments: z.unknown() }).nullish(),
  reasoning_content: z.string().nullish(),
});
type Message = z.infer<typeof Message>;

const Row = z.looseObject({
  ...Label.shape,
  id: Name.nullish(),
  task_id: Name.nullish(),
  trial: Name.nullish(),
  domain: z.string().nullish(),
  model: z.string().nullish(),
  instruction: z.string().nullish(),
  timestamp: z.iso.datetime({ offset: true }).nullish(),
  messages: z.array(Message).min(1).optional(),
  /** What tau-bench itself writes. */
  traj: z.array(Message).min(1).optional(),
});
type Row = z.infer<typeof Row>;

/** Taken over elsewhere. What labels the run stays in `extra` as well: it says more than pass or fail. */
const KNOWN = new Set(["messages", "traj", "instruction", "model", "timestamp"]);
const KNOWN_OF_MESSAGE = new Set([
  "role",
  "content",
  "tool_call_id",
  "tool_calls",
  "function_call",
  "reasoning_content",
]);
const KNOWN_OF_RESULT = new Set([...KNOWN_OF_MESSAGE, "name"]);

function idOf({ id, task_id, trial, domain }: Row): string | undefined {
  if (id !== undefined && id !== null) return String(id);
  // A task alone is tried many times.
  if (task_id === undefined || task_id === null || trial === undefined || trial === null) return undefined;
  return [domain, task_id, trial].filter((part) => part !== undefined && part !== null).join("/");
}

function taskOf({ task_id, domain }: Row): string | null {
  if (task_id === undefined || task_id === null) return null;
  return domain === undefined || domain === null ? String(task_id) : `${domain}/${task_id}`;
}

function turnsOf(message: Message, step: number): Turn[] {
  // A result's name is that of its call.
  const known = message.role === "tool" ? KNOWN_OF_RESULT : KNOWN_OF_MESSAGE;
  const extra = extraOf({ ...others(message, known), parts: otherParts(message.content) });
  const source = { step, ...extra };
  const text = textOf(message.content);
  switch (message.role) {
    case "system":
    case "developer":
      return [{ kind: "told", role: "system", text, source }];
    case "user":
      return [{ kind: "told", role: "user", text, source }];
    case "assistant":
      return [{ kind: "acted", content: replyOf(message, step), source }];
    case "tool":
    case "function":
      return [
        {
          kind: "answered",
          callId: message.tool_call_id || undefined,
          name: message.name ?? undefined,
          content: text,
          isError: readsAsError(text),
          source,
        },
      ];
    default:
      return message.role satisfies never;
  }
}

function replyOf(message: Message, step: number): ContentBlock[] {
  const text = textOf(message.content);
  const calls =
    message.tool_calls ?? (message.function_call ? [{ id: null, function: message.function_call }] : []);
  return [
    ...(message.reasoning_content
      ? [{ type: "thinking" as const, thinking: message.reasoning_content, signature: "" }]
      : []),
    ...(text === "" ? [] : [{ type: "text" as const, text }]),
    ...calls.map((call, index) => ({
      type: "tool_use" as const,
      id: call.id || `call-${step}-${index}`,
      name: call.function.name || "unknown",
      input: argumentsOf(call.function.arguments),
    })),
  ];
}
