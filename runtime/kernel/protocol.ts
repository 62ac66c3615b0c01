/**
 * The one interface between the two halves: JSON lines on an inherited socketpair (fd 3).
 *
 * The harness (evolvable, sandboxed) asks; the kernel (trusted) guards, executes, records and answers. Both sides
 * parse every line with these schemas. Genome code may `import type` from here and import nothing else outside itself.
 *
 * Wire, kernel → harness: one {@link Hello}, then {@link Response} lines and {@link KernelEvent} lines.
 * Wire, harness → kernel: {@link Request} lines only.
 */
import { z } from "zod";

/** Raised when a field changes its meaning; a harness and a kernel of different versions refuse each other. */
export const PROTOCOL_VERSION = 1;

/** Longest line either side may send, in bytes. A longer one ends the run: the sender is broken or hostile. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

// ---------------------------------------------------------------- messages (the Anthropic Messages shape)

const TextBlock = z.object({ type: z.literal("text"), text: z.string() });
const ThinkingBlock = z.object({ type: z.literal("thinking"), thinking: z.string(), signature: z.string() });
const RedactedThinkingBlock = z.object({ type: z.literal("redacted_thinking"), data: z.string() });
const ToolUseBlock = z.object({
  type: z.literal("tool_use"),
  id: z.string().min(1),
  name: z.string().min(1),
  /** What the model wrote. An object when it is well formed; anything else is an error for dispatch to report. */
  input: z.unknown(),
});
const ToolResultBlock = z.object({
  type: z.literal("tool_result"),
  tool_use_id: z.string().min(1),
  content: z.union([z.string(), z.array(TextBlock)]),
  is_error: z.boolean().optional(),
});

export const ContentBlock = z.discriminatedUnion("type", [
  TextBlock,
  ThinkingBlock,
  RedactedThinkingBlock,
  ToolUseBlock,
  ToolResultBlock,
]);
export const Message = z.object({
  role: z.enum(["user", "assistant"]),
  content: z.union([z.string(), z.array(ContentBlock)]),
});
export const ToolSpec = z.object({
  name: z.string().min(1),
  description: z.string(),
  input_schema: z.record(z.string(), z.unknown()),
});

export type TextBlock = z.infer<typeof TextBlock>;
export type ToolUseBlock = z.infer<typeof ToolUseBlock>;
export type ToolResultBlock = z.infer<typeof ToolResultBlock>;
export type ContentBlock = z.infer<typeof ContentBlock>;
export type Message = z.infer<typeof Message>;
export type ToolSpec = z.infer<typeof ToolSpec>;

// ---------------------------------------------------------------- model.create

/** The kernel decides which model answers; the harness decides what it sees. */
export const ModelRequest = z.object({
  system: z.string().optional(),
  messages: z.array(Message).min(1),
  tools: z.array(ToolSpec).optional(),
  tool_choice: z
    .discriminatedUnion("type", [
      z.object({ type: z.literal("auto") }),
      z.object({ type: z.literal("any") }),
      z.object({ type: z.literal("none") }),
      z.object({ type: z.literal("tool"), name: z.string() }),
    ])
    .optional(),
  /** Output tokens the reply may have; the kernel caps it at the home's own limit. */
  max_tokens: z.number().int().positive().optional(),
});
export const Usage = z.object({
  input_tokens: z.number().int().nonnegative(),
  output_tokens: z.number().int().nonnegative(),
  cache_read_input_tokens: z.number().int().nonnegative().default(0),
  cache_creation_input_tokens: z.number().int().nonnegative().default(0),
});
export const StopReason = z.enum([
  "end_turn",
  "tool_use",
  "max_tokens",
  "stop_sequence",
  "pause_turn",
  "refusal",
  "model_context_window_exceeded",
]);
export const ModelReply = z.object({
  content: z.array(ContentBlock),
  stop_reason: StopReason,
  usage: Usage,
  /** Name of the model that answered. */
  model: z.string(),
});

export type ModelRequest = z.infer<typeof ModelRequest>;
export type ModelReply = z.infer<typeof ModelReply>;
export type Usage = z.infer<typeof Usage>;
export type StopReason = z.infer<typeof StopReason>;

// ---------------------------------------------------------------- tools.call

export const ToolCall = z.object({ id: z.string().min(1), name: z.string().min(1), input: z.unknown() });

/**
 * Why a call failed. `transient` may succeed when tried again unchanged (the kernel says so only for calls without
 * side effects); everything else will fail the same way again.
 */
export const ToolFailure = z.object({
  kind: z.enum([
    "transient",
    "failed",
    "invalid_input",
    "unknown_tool",
    "denied",
    "timeout",
    "not_found",
    "budget",
  ]),
  retry_after_ms: z.number().nonnegative().optional(),
});
export const ToolResult = z.object({
  /** What the tool printed or read, for the model to see. May be long: the harness decides what to show of it. */
  content: z.string(),
  is_error: z.boolean(),
  failure: ToolFailure.optional(),
  /** Exit status of a command, when there was one. */
  exit_code: z.number().int().optional(),
  /** Size of the whole output in bytes; larger than `content` when the kernel's own cap cut it. */
  total_bytes: z.number().int().nonnegative(),
});

export type ToolCall = z.infer<typeof ToolCall>;
export type ToolFailure = z.infer<typeof ToolFailure>;
export type ToolResult = z.infer<typeof ToolResult>;

// ---------------------------------------------------------------- skills, note, finish

/** How a search weighs what it finds; `skills/ranking.ts` says what each figure means and what counts without one. */
export const Ranking = z.object({
  name: z.number().min(0).max(100),
  description: z.number().min(0).max(100),
  body: z.number().min(0).max(100),
  k1: z.number().min(0).max(10),
  b: z.number().min(0).max(1),
  prefix: z.number().min(0).max(1),
});
export const SkillHit = z.object({ name: z.string(), description: z.string(), score: z.number() });
export const SkillText = z.object({
  name: z.string(),
  description: z.string(),
  body: z.string(),
  dir: z.string(),
});
/** One of the lessons in `prompts/lessons.md`, as it stands there. */
export const LessonHit = z.object({ text: z.string(), score: z.number() });
export const FinishStatus = z.enum(["done", "gave_up", "budget", "error", "aborted"]);
export const Finish = z.object({
  status: FinishStatus,
  /** What the harness has to say to the person: the last reply's text, or why it stopped. */
  summary: z.string(),
});

export type Ranking = z.infer<typeof Ranking>;
export type LessonHit = z.infer<typeof LessonHit>;
export type SkillHit = z.infer<typeof SkillHit>;
export type SkillText = z.infer<typeof SkillText>;
export type FinishStatus = z.infer<typeof FinishStatus>;
export type Finish = z.infer<typeof Finish>;

// ---------------------------------------------------------------- the wire

const id = z.number().int().nonnegative();

/** How the harness code ended, as its own process saw it. Evidence for the evolver; never a reason to trust it. */
export const HarnessExit = z.object({
  error: z.object({ message: z.string(), stack: z.string() }).optional(),
  /** Executed lines by genome file (`harness/loop.ts`), 1-based, counted by V8. */
  coverage: z.record(z.string(), z.array(z.number().int().positive())).optional(),
});

/** Everything a harness can ask for. */
export const Request = z.discriminatedUnion("method", [
  z.object({ id, method: z.literal("model.create"), params: ModelRequest }),
  z.object({ id, method: z.literal("tools.call"), params: ToolCall }),
  z.object({
    id,
    method: z.literal("skills.search"),
    /** An empty query lists all skills in a stable order. */
    params: z.object({
      query: z.string(),
      limit: z.number().int().positive().max(100).default(5),
      ranking: Ranking.optional(),
    }),
  }),
  z.object({
    id,
    method: z.literal("lessons.search"),
    /** An empty query finds nothing. */
    params: z.object({
      query: z.string(),
      limit: z.number().int().positive().max(100).default(5),
      ranking: Ranking.optional(),
    }),
  }),
  z.object({ id, method: z.literal("skills.load"), params: z.object({ name: z.string() }) }),
  z.object({
    id,
    method: z.literal("note"),
    params: z.object({ kind: z.string().max(64), data: z.record(z.string(), z.unknown()) }),
  }),
  z.object({ id, method: z.literal("finish"), params: Finish }),
  /** Sent by the bootstrap, after `finish` or when the harness threw: nothing follows it. */
  z.object({ id, method: z.literal("exit"), params: HarnessExit }),
]);

export const ErrorCode = z.enum([
  "invalid_request",
  "unknown_method",
  "context_overflow",
  "rate_limited",
  "overloaded",
  "connection",
  "provider_error",
  "authentication",
  "spend_limit",
  "budget_exhausted",
  "not_found",
  "aborted",
  "internal",
]);
export const WireError = z.object({
  code: ErrorCode,
  message: z.string(),
  retryable: z.boolean(),
  retry_after_ms: z.number().nonnegative().optional(),
});

/** First line the kernel sends: all that a harness knows about its run. */
export const Hello = z.object({
  type: z.literal("hello"),
  protocol: z.number().int(),
  instruction: z.string(),
  /** Path of the workspace as tools and commands see it. */
  workspace: z.string(),
  tools: z.array(ToolSpec),
  /** Text of each prompt file, by file name without `.md`. */
  prompts: z.record(z.string(), z.string()),
  limits: z.object({
    /** Model calls the kernel will serve in this run. */
    steps: z.number().int().positive(),
    /** Tokens that fit into one request, the reply included. */
    context_tokens: z.number().int().positive(),
    output_tokens: z.number().int().positive(),
  }),
});
export const Response = z.union([
  z.object({ type: z.literal("response"), id, result: z.unknown() }),
  z.object({ type: z.literal("response"), id, error: WireError }),
]);
export const KernelEvent = z.discriminatedUnion("type", [
  /** Stop soon: finish with what you have. The process is killed when it does not. */
  z.object({ type: z.literal("abort"), reason: z.string() }),
  /** A person added an instruction while the run was going on. */
  z.object({ type: z.literal("steer"), text: z.string() }),
]);

export type HarnessExit = z.infer<typeof HarnessExit>;
export type Request = z.infer<typeof Request>;

export type ErrorCode = z.infer<typeof ErrorCode>;
export type WireError = z.infer<typeof WireError>;
export type Hello = z.infer<typeof Hello>;
export type Response = z.infer<typeof Response>;
export type KernelEvent = z.infer<typeof KernelEvent>;

// ---------------------------------------------------------------- what a harness is written against

/**
 * The kernel as harness code sees it. The bootstrap inside the sandbox builds this over the wire; a request that the
 * kernel refuses rejects with an Error that carries the fields of {@link WireError}.
 */
export interface Kernel {
  readonly hello: Hello;
  readonly model: { create(request: ModelRequest): Promise<ModelReply> };
  readonly tools: { call(call: ToolCall): Promise<ToolResult> };
  readonly skills: {
    search(query: string, limit?: number, ranking?: Ranking): Promise<SkillHit[]>;
    load(name: string): Promise<SkillText>;
  };
  /** `hello.prompts.lessons` may hold only the first of many: here are all of them. */
  readonly lessons: { search(query: string, limit?: number, ranking?: Ranking): Promise<LessonHit[]> };
  note(kind: string, data: Record<string, unknown>): Promise<void>;
  /** True once the kernel asked the harness to stop. */
  readonly aborted: boolean;
  /** Instructions that a person added since the last call, oldest first; each is handed out once. */
  takeSteering(): string[];
  /** Waits; the only clock a harness has. Resolves early when the run is aborted. */
  sleep(ms: number): Promise<void>;
  /** Milliseconds since the run began. */
  elapsed(): number;
}

/** What `harness/main.ts` exports as `run`. Throwing ends the run as `error` with the message. */
export type Harness = (kernel: Kernel) => Promise<Finish>;
