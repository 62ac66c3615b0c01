/** `.traj.json` of mini-swe-agent, versions 1 and 2. */
import { z } from "zod";
import type { ContentBlock } from "../../protocol.ts";
import { BadRow, parseRow } from "./bad-row.ts";
import { argumentsOf, Content, extraOf, otherParts, others, textOf } from "./content.ts";
import { Label, outcomeOf } from "./label.ts";
import { openCalls } from "./open-calls.ts";
import type { EndStatus, Transcript, Turn } from "./transcript.ts";

/**
 * One trajectory. Steps are the indices of its messages; every action is a call of `bash`, its observation the message that
 * follows. How it ended is `info.exit_status`, which says nothing of success.
 * @throws BadRow when its messages cannot be understood, or none is an assistant's
 */
export function parseMiniSweAgent(value: unknown): Transcript {
  const row = parseRow(Trajectory, value);
  const turns = turnsOf(row.messages);
  if (!turns.some(({ kind }) => kind === "acted")) throw new BadRow("messages: none is an assistant's");
  const { info } = row;
  const id = row.instance_id ?? info?.instance_id ?? undefined;
  return {
    id,
    task: id ?? null,
    model: info?.config?.model?.model_name ?? "unknown",
    workspace: "",
    end: endOf(row),
    outcome: outcomeOf({
      success: row.success ?? info?.success,
      resolved: row.resolved ?? info?.resolved,
      reward: row.reward ?? info?.reward,
    }),
    turns,
    ...(info?.model_stats?.instance_cost === undefined
      ? {}
      : { totals: { costUsd: info.model_stats.instance_cost } }),
    extra: others(row, KNOWN),
  };
}

const Action = z.union([
  z.string(),
  z.looseObject({ command: z.string(), tool_call_id: z.string().nullish() }),
]);
const Message = z.looseObject({
  role: z.enum(["system", "user", "assistant", "tool", "exit"]),
  content: Content,
  tool_calls: z
    .array(
      z.looseObject({
        id: z.string().nullish(),
        function: z.looseObject({ name: z.string().nullish(), arguments: z.unknown() }),
      }),
    )
    .nullish(),
  tool_call_id: z.string().nullish(),
  extra: z
    .looseObject({
      actions: z.array(Action).nullish(),
      returncode: z.number().nullish(),
      cost: z.number().nullish(),
      timestamp: z.number().nullish(),
      exit_status: z.string().nullish(),
    })
    .nullish(),
});
type Message = z.infer<typeof Message>;

const Trajectory = z.looseObject({
  ...Label.shape,
  trajectory_format: z
    .string()
    .regex(/^mini-swe-agent/, "is not mini-swe-agent's")
    .optional(),
  instance_id: z.string().nullish(),
  info: z
    .looseObject({
      ...Label.shape,
      exit_status: z.string().nullish(),
      submission: z.string().nullish(),
      instance_id: z.string().nullish(),
      model_stats: z.looseObject({ instance_cost: z.number().optional() }).nullish(),
      config: z
        .looseObject({
          model: z.looseObject({ model_name: z.string().nullish() }).nullish().catch(undefined),
        })
        .nullish()
        .catch(undefined),
    })
    .nullish(),
  messages: z.array(Message).min(1),
});
type Trajectory = z.infer<typeof Trajectory>;

const KNOWN = new Set(["messages"]);
const KNOWN_OF_MESSAGE = new Set(["role", "content", "tool_calls", "tool_call_id"]);

function endOf({ info, messages }: Trajectory): Transcript["end"] {
  const said = info?.exit_status ?? messages.findLast(({ role }) => role === "exit")?.extra?.exit_status;
  if (said === undefined || said === null || said === "") return undefined;
  return { status: STATUSES[said] ?? "error", summary: said };
}

const STATUSES: Readonly<Record<string, EndStatus>> = {
  Submitted: "done",
  submitted: "done",
  LimitsExceeded: "budget",
  TimeExceeded: "budget",
  UserInterruption: "aborted",
  KeyboardInterrupt: "aborted",
};

function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  // Ids of actions without an observation; the older version has neither ids nor the role of a tool.
  let open = openCalls([]);
  let submits = false;
  for (const [step, message] of messages.entries()) {
    const source = {
      step,
      ...extraOf({ ...others(message, KNOWN_OF_MESSAGE), parts: otherParts(message.content) }),
    };
    const text = textOf(message.content);
    if (message.role === "assistant") {
      const calls = callsOf(message, text, step);
      open = openCalls(calls.map(({ id }) => id));
      submits = calls.some(({ input }) => SUBMITS.test(JSON.stringify(input)));
      const content: ContentBlock[] = [...(text === "" ? [] : [{ type: "text" as const, text }]), ...calls];
      turns.push({
        kind: "acted",
        content,
        costUsd: message.extra?.cost ?? undefined,
        at: timeOf(message),
        source,
      });
      continue;
    }
    const code = message.extra?.returncode ?? codeIn(text);
    const id = message.tool_call_id ?? open.oldest();
    if (
      id !== undefined &&
      (message.role === "tool" || (submits && endsNothingElse(message)) || isObservation(message, text, code))
    ) {
      open.close(id);
      turns.push({
        kind: "answered",
        callId: id,
        name: "bash",
        content: text,
        isError: code !== undefined && code !== 0,
        exitCode: code === undefined ? undefined : Math.trunc(code),
        at: timeOf(message),
        source,
      });
    } else if (message.role !== "exit") {
      turns.push({ kind: "told", role: message.role === "system" ? "system" : "user", text, source });
    }
    if (message.role === "exit") turns.push({ kind: "noted", note: "exit", data: { ...message, step } });
  }
  return turns;
}

/** The command that ends a run; what was submitted stands in the message that follows, without a code. */
const SUBMITS = /COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT|MINI_SWE_AGENT_FINAL_OUTPUT/;

function endsNothingElse({ extra }: Message): boolean {
  return (extra?.exit_status ?? "Submitted").toLowerCase() === "submitted";
}

type Call = Extract<ContentBlock, { type: "tool_use" }>;

/** The actions as recorded; in the oldest version, the one block of bash that the reply holds. */
function callsOf(message: Message, text: string, step: number): Call[] {
  const use = (command: string, position: number, id?: string | null, name?: string | null): Call => ({
    type: "tool_use",
    id: id || `call-${step}-${position}`,
    name: name || "bash",
    input: { command },
  });
  const actions = message.extra?.actions;
  if (actions !== undefined && actions !== null)
    return actions.map((action, position) =>
      typeof action === "string" ? use(action, position) : use(action.command, position, action.tool_call_id),
    );
  if (message.tool_calls !== undefined && message.tool_calls !== null)
    return message.tool_calls.map((call, position) => ({
      ...use("", position, call.id, call.function.name),
      input: argumentsOf(call.function.arguments),
    }));
  const blocks = [...text.matchAll(/```(?:bash|sh|mswea_bash_command)\s*\n([\s\S]*?)\n```/g)];
  const [only] = blocks;
  return blocks.length === 1 && only?.[1] !== undefined ? [use(only[1].trim(), 0)] : [];
}

/** Of a message by the user's role: an observation, rather than a word on the form of the reply. */
function isObservation({ role, extra }: Message, text: string, code: number | undefined): boolean {
  if (role !== "user") return false;
  return (
    extra?.returncode !== undefined ||
    code !== undefined ||
    /^\s*(?:observation:|<output>|exit code:)/i.test(text)
  );
}

function codeIn(text: string): number | undefined {
  const found = /<returncode>\s*(-?\d+)\s*<\/returncode>|^exit code:\s*(-?\d+)/im.exec(text.slice(0, 200));
  const code = found?.[1] ?? found?.[2];
  return code === undefined ? undefined : Number(code);
}

/** Seconds since 1970. */
function timeOf({ extra }: Message): string | undefined {
  const seconds = extra?.timestamp;
  return typeof seconds === "number" && seconds > 0 && seconds < 1e11
    ? new Date(seconds * 1000).toISOString()
    : undefined;
}
