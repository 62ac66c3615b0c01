/** Builds traces as the recorder writes them. */
import type { Cluster, Trace } from "../../evolver/failure.ts";
import { analyse } from "../../evolver/analyse/analyse.ts";
import { cluster } from "../../evolver/clusters/cluster.ts";
import type { ContentBlock, Finish, Message, ToolResult, WireError } from "../../runtime/kernel/protocol.ts";
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";

let runs = 0;

/** A failed run of a task of its own, with these events. */
export function trace(...events: readonly (TrajectoryEvent | readonly TrajectoryEvent[])[]): Trace {
  runs += 1;
  const id = `run-${runs}`;
  return {
    run: {
      id,
      startedAt: "2026-11-21T00:00:00.000Z",
      endedAt: null,
      status: "done",
      purpose: "live",
      task: `suite/task-${runs}`,
      instruction: "do the chore",
      release: "0".repeat(40),
      model: "scripted/scripted",
      workspace: "/workspace",
      snapshot: null,
      outcome: { kind: "verified", pass: false },
      steps: 0,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
      pid: 1,
    },
    events: events.flat(),
  };
}

/** A model call; `added` are the messages since the one before, of which `shared` are kept. */
export function asked(
  added: readonly Message[],
  reply: readonly ContentBlock[],
  shared = 0,
): TrajectoryEvent {
  const stop_reason = reply.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn";
  return {
    kind: "model_called",
    step: 1,
    request: { hash: "h", shared, messages: [...added] },
    reply: { content: [...reply], stop_reason, model: "scripted" },
    ms: 1,
  };
}

export function refused(code: WireError["code"], message: string, retryable = false): TrajectoryEvent {
  return {
    kind: "model_called",
    step: 1,
    request: { hash: "h", shared: 0, messages: [user("go on")] },
    error: { code, message, retryable },
    ms: 1,
  };
}

export function called(
  name: string,
  input: unknown,
  result: Partial<ToolResult>,
  id = "c1",
): TrajectoryEvent {
  return {
    kind: "tool_called",
    step: 1,
    call_id: id,
    name,
    input,
    capability: "execute",
    decision: { verdict: "allow", rule: "default", reason: "" },
    result: { content: "", is_error: false, total_bytes: 0, ...result },
    ms: 1,
  };
}

export function failed(
  content: string,
  kind: NonNullable<ToolResult["failure"]>["kind"] = "failed",
): Partial<ToolResult> {
  return { content, is_error: true, failure: { kind }, total_bytes: content.length };
}

export function use(name: string, input: unknown, id = "c1"): ContentBlock {
  return { type: "tool_use", id, name, input };
}

export function shown(content: string, extra: { is_error?: boolean; id?: string } = {}): Message {
  const { id = "c1", is_error } = extra;
  const mark = is_error === undefined ? {} : { is_error };
  return { role: "user", content: [{ type: "tool_result", tool_use_id: id, content, ...mark }] };
}

export function user(content: string): Message {
  return { role: "user", content };
}

export function say(text: string): ContentBlock {
  return { type: "text", text };
}

export function finished(status: Finish["status"], summary: string): TrajectoryEvent {
  return { kind: "finished", status, summary };
}

export function threw(message: string, ...frames: readonly string[]): TrajectoryEvent {
  const stack = [`Error: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join("\n");
  return { kind: "harness_exited", exit: "code 1", stderr: "", error: { message, stack } };
}

export function loaded(name: string): TrajectoryEvent {
  return { kind: "skill_loaded", name, found: true };
}

/** The cluster that these failures form; they must have one signature. */
export function clusterOf(...traces: readonly Trace[]): Cluster {
  const [only, second] = cluster(traces.map((each) => analyse(each)));
  if (!only || second) throw new Error(`the traces form several clusters: ${only?.title} / ${second?.title}`);
  return only;
}
