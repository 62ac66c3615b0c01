/**
 * What a run leaves behind: an append-only sequence of typed events. One schema per kind, joined into one
 * discriminated union. `v` is raised when a kind changes; readers refuse a version they do not know.
 */
import { z } from "zod";
import {
  ContentBlock,
  FinishStatus,
  Message,
  StopReason,
  ToolFailure,
  Usage,
  WireError,
} from "../protocol.ts";

/** Version of the event schema that this kernel writes. */
export const EVENT_VERSION = 1;

/**
 * Where an imported event stood in its source: the step, counted from 0, and the agent that the source names as its
 * author. What the event has no field for is in `extra`, as it was.
 */
const SourceStep = z.object({
  step: z.number().int().nonnegative(),
  agent: z.string().optional(),
  extra: z.record(z.string(), z.unknown()).optional(),
});
export type SourceStep = z.infer<typeof SourceStep>;

/** The run began: everything that is needed to repeat it. */
const RunStarted = z.object({
  kind: z.literal("run_started"),
  instruction: z.string(),
  /** `suite/task` when the run executes a task of a suite. */
  task: z.string().optional(),
  release: z.string(),
  model: z.string(),
  sandbox: z.string(),
  /** Tree id of the workspace before the run; absent when the snapshot was skipped, with the reason in a note. */
  snapshot: z.string().optional(),
  kernel_version: z.string(),
  /** The run was made by another system: the format it was read from, its id there, fields that have no place here. */
  imported: z
    .object({ format: z.string(), id: z.string(), extra: z.record(z.string(), z.unknown()) })
    .optional(),
});

/**
 * One model call. The request is stored as the messages added since the previous request of the run: `shared` counts
 * the leading messages that are the same as before.
 */
const ModelCalled = z.object({
  kind: z.literal("model_called"),
  step: z.number().int(),
  request: z.object({
    hash: z.string(),
    /** By what replay knows the request again; older events have none. */
    key: z.string().optional(),
    system: z.string().optional(),
    shared: z.number().int(),
    messages: z.array(Message),
  }),
  reply: z.object({ content: z.array(ContentBlock), stop_reason: StopReason, model: z.string() }).optional(),
  error: WireError.optional(),
  usage: Usage.optional(),
  cost_usd: z.number().optional(),
  /** Answered from a recording: nothing was asked, nothing was paid. */
  replayed: z.boolean().optional(),
  source: SourceStep.optional(),
  ms: z.number(),
});

const ToolCalled = z.object({
  kind: z.literal("tool_called"),
  step: z.number().int(),
  call_id: z.string(),
  name: z.string(),
  /** Cut when it is long. */
  input: z.unknown(),
  /** By what replay knows the call again, its whole input included; older events have none. */
  key: z.string().optional(),
  capability: z.enum(["observe", "write", "execute", "network", "unknown"]),
  /** What the guard said, and by which rule. */
  decision: z.object({ verdict: z.enum(["allow", "ask", "deny"]), rule: z.string(), reason: z.string() }),
  result: z.object({
    content: z.string(),
    is_error: z.boolean(),
    failure: ToolFailure.optional(),
    exit_code: z.number().int().optional(),
    total_bytes: z.number().int(),
  }),
  /** The result is that of a recording; nothing was carried out. */
  replayed: z.boolean().optional(),
  source: SourceStep.optional(),
  ms: z.number(),
});

const SkillsSearched = z.object({
  kind: z.literal("skills_searched"),
  query: z.string(),
  hits: z.array(z.object({ name: z.string(), score: z.number() })),
});
const SkillLoaded = z.object({ kind: z.literal("skill_loaded"), name: z.string(), found: z.boolean() });
const Noted = z.object({
  kind: z.literal("noted"),
  note: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/** The harness process: what it wrote to stderr, how it ended, which of its lines ran. */
const HarnessExited = z.object({
  kind: z.literal("harness_exited"),
  exit: z.string(),
  stderr: z.string(),
  /** Message and stack of the error that ended it, with paths relative to the genome. */
  error: z.object({ message: z.string(), stack: z.string() }).optional(),
  /** Executed lines by genome file, 1-based: what V8 counted inside the sandbox. */
  coverage: z.record(z.string(), z.array(z.number().int())).optional(),
});
const Finished = z.object({ kind: z.literal("finished"), status: FinishStatus, summary: z.string() });

/** A limit was reached or a request was refused for cause. */
const BudgetReached = z.object({
  kind: z.literal("budget_reached"),
  limit: z.enum(["steps", "tokens", "usd", "seconds"]),
  spent: z.number(),
  cap: z.number(),
});
const ProtocolBroken = z.object({ kind: z.literal("protocol_broken"), detail: z.string() });

const Verified = z.object({
  kind: z.literal("verified"),
  verdict: z.enum(["pass", "fail", "error"]),
  /** Each check with what was expected and what was found, for people; proposers never see it. */
  detail: z.string(),
  ms: z.number(),
});
/** What a person said of the run. Weaker than a verifier, and marked as such. */
const FeedbackGiven = z.object({
  kind: z.literal("feedback_given"),
  verdict: z.enum(["good", "bad"]),
  why: z.string(),
});
const RunEnded = z.object({
  kind: z.literal("run_ended"),
  /** How the run came to its end; says nothing about whether the task was solved. */
  status: z.enum([...FinishStatus.options, "crashed", "interrupted"]),
  /** Why it crashed: nothing else of the trajectory tells. */
  summary: z.string().optional(),
});

export const TrajectoryEvent = z.discriminatedUnion("kind", [
  RunStarted,
  ModelCalled,
  ToolCalled,
  SkillsSearched,
  SkillLoaded,
  Noted,
  HarnessExited,
  Finished,
  BudgetReached,
  ProtocolBroken,
  Verified,
  FeedbackGiven,
  RunEnded,
]);

export type TrajectoryEvent = z.infer<typeof TrajectoryEvent>;
export type EventOf<K extends TrajectoryEvent["kind"]> = Extract<TrajectoryEvent, { kind: K }>;

/** An event as it is stored: with its place in the run and the time it was written. */
export interface StoredEvent {
  readonly run: string;
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly v: number;
  readonly event: TrajectoryEvent;
}
