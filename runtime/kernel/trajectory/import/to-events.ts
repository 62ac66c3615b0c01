/** Turns as the events that a run of our own would have left. */
import type { ContentBlock, Message, ToolUseBlock } from "../../protocol.ts";
import { shortInput } from "../../run/short-input.ts";
import type { SourceStep, TrajectoryEvent } from "../events.ts";
import { openCalls, type OpenCalls } from "./open-calls.ts";
import type { Transcript, Turn } from "./transcript.ts";

export interface TimedEvent {
  /** ISO 8601. */
  readonly at: string;
  readonly event: TrajectoryEvent;
}

/** What the transcript itself does not say. */
export interface Arrival {
  readonly format: string;
  /** The id by which the source is found again. */
  readonly id: string;
  /** Time of what has none, ISO 8601. */
  readonly at: string;
  readonly instruction: string;
  readonly release: string;
  readonly kernelVersion: string;
}

/**
 * Each reply is a `model_called` whose request holds what was said since the request before; each answered call is a
 * `tool_called`. A call without an answer has none. What was said after the last reply is a note: no request ever held it.
 * Where the source does not say how the run ended, no event does.
 */
export function toEvents(transcript: Transcript, arrival: Arrival): TimedEvent[] {
  const state = begin(transcript, arrival);
  for (const turn of transcript.turns) take(state, turn);
  return end(state, transcript);
}

interface State {
  readonly events: TimedEvent[];
  /** Time of the event before: what has no time of its own happened then or later. */
  at: string;
  readonly model: string;
  /** Messages that the request before held. */
  sent: number;
  /** Messages since then. */
  pending: Message[];
  /** Content of the last of them, when that holds results and nothing else. */
  results: ContentBlock[] | undefined;
  system: string | undefined;
  /** Authors and fields of what is pending, for which messages have no place. */
  told: Record<string, unknown>[];
  replies: number;
  /** Calls that were made, the latest of each id that the source gave. */
  readonly calls: Map<string, Made>;
  /** Of the last reply, by the ids that the source gave. */
  open: OpenCalls;
}

interface Made {
  /** With an id that no other call of the run has. */
  readonly call: ToolUseBlock;
  readonly agent: string | undefined;
  /** How many calls had that id before. */
  readonly before: number;
}

function begin(transcript: Transcript, arrival: Arrival): State {
  const at = transcript.startedAt ?? arrival.at;
  const started: TrajectoryEvent = {
    kind: "run_started",
    instruction: arrival.instruction,
    ...(transcript.task === null ? {} : { task: transcript.task }),
    release: arrival.release,
    model: transcript.model,
    sandbox: "imported",
    kernel_version: arrival.kernelVersion,
    imported: { format: arrival.format, id: arrival.id, extra: { ...transcript.extra } },
  };
  return {
    events: [{ at, event: started }],
    at,
    model: transcript.model,
    sent: 0,
    pending: [],
    results: undefined,
    system: undefined,
    told: [],
    replies: 0,
    calls: new Map(),
    open: openCalls([]),
  };
}

function take(state: State, turn: Turn): void {
  switch (turn.kind) {
    case "told":
      tell(state, turn);
      return;
    case "acted":
      act(state, turn);
      return;
    case "answered":
      answer(state, turn);
      return;
    case "noted":
      add(state, { kind: "noted", note: turn.note, data: { ...turn.data } });
      return;
    default:
      turn satisfies never;
  }
}

function tell(state: State, { role, text, source }: Extract<Turn, { kind: "told" }>): void {
  if (source.agent !== undefined || source.extra !== undefined) state.told.push({ ...source });
  if (role === "system" && state.replies === 0) {
    state.system = state.system === undefined ? text : `${state.system}\n\n${text}`;
    return;
  }
  if (text === "") return;
  state.pending.push({ role: "user", content: text });
  state.results = undefined;
}

function act(state: State, turn: Extract<Turn, { kind: "acted" }>): void {
  const sourceIds = turn.content.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
  const content = turn.content.map((block) =>
    block.type === "tool_use" ? madeCall(state, block, turn.source.agent) : block,
  );
  const step = state.replies++;
  add(
    state,
    {
      kind: "model_called",
      step,
      request: {
        // Of use to replay only, which an imported run is no recording for.
        hash: "",
        ...(state.system === undefined ? {} : { system: state.system }),
        shared: state.sent,
        messages: state.pending,
      },
      reply: {
        content,
        stop_reason: turn.stopReason ?? (sourceIds.length > 0 ? "tool_use" : "end_turn"),
        model: turn.model ?? state.model,
      },
      ...(turn.usage === undefined ? {} : { usage: turn.usage }),
      ...(turn.costUsd === undefined ? {} : { cost_usd: turn.costUsd }),
      source: withTold(turn.source, state.told),
      ms: 0,
    },
    turn.at,
  );
  state.sent += state.pending.length;
  state.pending = content.length === 0 ? [] : [{ role: "assistant", content }];
  state.results = undefined;
  state.system = undefined;
  state.told = [];
  state.open = openCalls(sourceIds);
}

/** Some sources use ids again; here each call has one of its own, or results could not be told apart. */
function madeCall(state: State, block: ToolUseBlock, agent: string | undefined): ToolUseBlock {
  const earlier = state.calls.get(block.id);
  const before = earlier === undefined ? 0 : earlier.before + 1;
  const call = before === 0 ? block : { ...block, id: `${block.id}#${before + 1}` };
  state.calls.set(block.id, { call, agent, before });
  return call;
}

function answer(state: State, turn: Extract<Turn, { kind: "answered" }>): void {
  const id = turn.callId ?? state.open.oldest();
  const made = id === undefined ? undefined : state.calls.get(id);
  if (id === undefined || (made === undefined && turn.callId === undefined)) {
    // Nobody asked for it: an observation that the environment volunteered.
    tell(state, { kind: "told", role: "user", text: turn.content, source: turn.source });
    return;
  }
  state.open.close(id);
  const agent = turn.source.agent ?? made?.agent;
  add(
    state,
    {
      kind: "tool_called",
      step: Math.max(0, state.replies - 1),
      call_id: made?.call.id ?? id,
      name: made?.call.name ?? turn.name ?? "unknown",
      input: shortInput(made?.call.input ?? {}),
      capability: "unknown",
      decision: { verdict: "allow", rule: "imported", reason: "" },
      result: {
        content: turn.content,
        is_error: turn.isError,
        ...(turn.exitCode === undefined ? {} : { exit_code: turn.exitCode }),
        total_bytes: Buffer.byteLength(turn.content),
      },
      source: agent === undefined ? turn.source : { ...turn.source, agent },
      ms: 0,
    },
    turn.at,
  );
  show(state, {
    type: "tool_result",
    tool_use_id: made?.call.id ?? id,
    content: turn.content,
    ...(turn.isError ? { is_error: true } : {}),
  });
}

/** The results of one reply come back in one message. */
function show(state: State, block: ContentBlock): void {
  if (state.results === undefined) {
    state.results = [];
    state.pending.push({ role: "user", content: state.results });
  }
  state.results.push(block);
}

function end(state: State, { end, endedAt }: Transcript): TimedEvent[] {
  const after = state.pending.filter(({ role, content }) => role === "user" && typeof content === "string");
  if (after.length > 0 || state.told.length > 0)
    add(state, { kind: "noted", note: "after_the_last_reply", data: { messages: after, told: state.told } });
  if (end !== undefined) {
    add(state, { kind: "finished", status: end.status, summary: end.summary }, endedAt);
    add(state, { kind: "run_ended", status: end.status }, endedAt);
  }
  return state.events;
}

function add(state: State, event: TrajectoryEvent, at = state.at): void {
  state.at = at;
  state.events.push({ at, event });
}

function withTold(source: SourceStep, told: readonly Record<string, unknown>[]): SourceStep {
  return told.length === 0 ? source : { ...source, extra: { ...source.extra, told } };
}
