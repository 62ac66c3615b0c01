/**
 * A kernel in the test's own process: replies come from a script, tools are functions, time is a counter. It checks
 * every request against the invariants of a trajectory, so any test of the harness is a test of those, too.
 */
import { ModelRequest } from "../../runtime/kernel/protocol.ts";
import type {
  ContentBlock,
  ErrorCode,
  Finish,
  Harness,
  Hello,
  Kernel,
  ModelReply,
  SkillText,
  StopReason,
  ToolCall,
  ToolResult,
  WireError,
} from "../../runtime/kernel/protocol.ts";
import { violations } from "./invariants.ts";

export type Answer = ModelReply | Error;
export type Scripted = Answer | ((request: ModelRequest, kernel: ScriptedKernel) => Answer | Promise<Answer>);
export type ToolScript = (input: unknown, call: ToolCall, kernel: ScriptedKernel) => ToolResult | Error;

export interface Script {
  readonly replies:
    | readonly Scripted[]
    | ((request: ModelRequest, kernel: ScriptedKernel) => Answer | Promise<Answer>);
  readonly tools?: Record<string, ToolScript>;
  readonly skills?: readonly SkillText[];
  /** What a search for lessons finds, best first, whatever it asks for. */
  readonly lessons?: readonly string[];
  readonly instruction?: string;
  readonly prompts?: Record<string, string>;
  readonly limits?: Partial<Hello["limits"]>;
  readonly steering?: readonly string[];
  /** The run is stopped before it begins. */
  readonly aborted?: boolean;
}

export class ScriptedKernel implements Kernel {
  readonly hello: Hello;
  readonly requests: ModelRequest[] = [];
  readonly calls: ToolCall[] = [];
  readonly notes: { kind: string; data: Record<string, unknown> }[] = [];
  readonly waits: number[] = [];
  readonly loaded: string[] = [];
  readonly searches: string[] = [];
  readonly #script: Script;
  readonly #steering: string[];
  #aborted: boolean;
  #now = 0;

  constructor(script: Script) {
    this.#script = script;
    this.#steering = [...(script.steering ?? [])];
    this.#aborted = script.aborted ?? false;
    const names = Object.keys(script.tools ?? {});
    this.hello = {
      type: "hello",
      protocol: 1,
      instruction: script.instruction ?? "do the chore",
      workspace: "/workspace",
      tools: names.map((name) => ({
        name,
        description: `the ${name} tool`,
        input_schema: { type: "object" },
      })),
      prompts: script.prompts ?? {},
      limits: { steps: 50, context_tokens: 100_000, output_tokens: 4_000, ...script.limits },
    };
  }

  readonly model = {
    create: async (request: ModelRequest): Promise<ModelReply> => {
      const wrong = violations(ModelRequest.parse(request));
      if (wrong.length > 0) throw new BrokenInvariant(`request ${this.requests.length}: ${wrong.join("; ")}`);
      this.requests.push(structuredClone(request));
      if (this.requests.length > this.hello.limits.steps)
        throw wireError("budget_exhausted", "the steps budget is spent");
      const answer = await this.#answer(request);
      if (answer instanceof Error) throw answer;
      return structuredClone(answer);
    },
  };

  readonly tools = {
    call: async (call: ToolCall): Promise<ToolResult> => {
      this.calls.push(structuredClone(call));
      const result =
        this.#script.tools?.[call.name]?.(call.input, call, this) ?? wireError("internal", "no such tool");
      if (result instanceof Error) throw result;
      return result;
    },
  };

  readonly skills = {
    search: async (query: string, limit = 5) => {
      this.searches.push(query);
      const score = (skill: SkillText) =>
        words(`${skill.name} ${skill.description}`).intersection(words(query)).size;
      return (this.#script.skills ?? [])
        .map((skill) => ({ name: skill.name, description: skill.description, score: score(skill) }))
        .filter((hit) => hit.score > 0)
        .slice(0, limit);
    },
    load: async (name: string): Promise<SkillText> => {
      const skill = this.#script.skills?.find((candidate) => candidate.name === name);
      if (!skill) throw wireError("not_found", `there is no skill named "${name}"`);
      this.loaded.push(name);
      return skill;
    },
  };

  readonly lessons = {
    search: async (query: string, limit = 5) => {
      this.searches.push(query);
      return (this.#script.lessons ?? []).slice(0, limit).map((text, at) => ({ text, score: 9 - at }));
    },
  };

  async note(kind: string, data: Record<string, unknown>): Promise<void> {
    this.notes.push({ kind, data: structuredClone(data) });
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  abort(): void {
    this.#aborted = true;
  }

  steer(text: string): void {
    this.#steering.push(text);
  }

  takeSteering(): string[] {
    return this.#steering.splice(0);
  }

  async sleep(ms: number): Promise<void> {
    this.waits.push(ms);
    if (!this.#aborted) this.#now += ms;
  }

  elapsed(): number {
    return this.#now;
  }

  /** Data of the notes of one kind. */
  notesOf(kind: string): Record<string, unknown>[] {
    return this.notes.flatMap((note) => (note.kind === kind ? [note.data] : []));
  }

  #answer(request: ModelRequest): Answer | Promise<Answer> {
    const { replies } = this.#script;
    const scripted = typeof replies === "function" ? replies : replies[this.requests.length - 1];
    if (scripted === undefined)
      return wireError("internal", `the script has no reply ${this.requests.length}`);
    return typeof scripted === "function" ? scripted(request, this) : scripted;
  }
}

/** The harness sent what no provider takes. It may not swallow this, see {@link play}. */
export class BrokenInvariant extends Error {
  override readonly name = "BrokenInvariant";
}

/** Runs a harness against a script. @throws BrokenInvariant when any request broke an invariant */
export async function play(
  harness: Harness,
  script: Script,
): Promise<{ finish: Finish; kernel: ScriptedKernel }> {
  const kernel = new ScriptedKernel(script);
  const create = kernel.model.create;
  let broken: BrokenInvariant | undefined;
  kernel.model.create = (request) =>
    create(request).catch((error: unknown) => {
      if (error instanceof BrokenInvariant) broken ??= error;
      throw error;
    });
  const finish = await harness(kernel);
  if (broken) throw broken;
  return { finish, kernel };
}

export function reply(...parts: readonly (string | ContentBlock)[]): ModelReply {
  const content = parts.map((part): ContentBlock =>
    typeof part === "string" ? { type: "text", text: part } : part,
  );
  const stop_reason = content.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn";
  return { content, stop_reason, usage: usage(), model: "scripted" };
}

export function stopped(stop_reason: StopReason, ...parts: readonly (string | ContentBlock)[]): ModelReply {
  return { ...reply(...parts), stop_reason };
}

let ids = 0;
export function call(name: string, input: unknown = {}, id = `call_${(ids += 1)}`): ContentBlock {
  return { type: "tool_use", id, name, input };
}

export function ok(content: string, extra: Partial<ToolResult> = {}): ToolResult {
  return { content, is_error: false, total_bytes: Buffer.byteLength(content), ...extra };
}

export function bad(content: string, extra: Partial<ToolResult> = {}): ToolResult {
  return { ...ok(content), is_error: true, failure: { kind: "failed" }, ...extra };
}

export function wireError(code: ErrorCode, message: string, extra: Partial<WireError> = {}): Error {
  return Object.assign(new Error(message), { code, retryable: false, ...extra });
}

/** All text that a request shows the model in its last message, results included. */
export function lastSeen(request: ModelRequest | undefined): string {
  const content = request?.messages.at(-1)?.content ?? "";
  if (typeof content === "string") return content;
  const texts = content.flatMap((block) => {
    if (block.type === "text") return [block.text];
    return block.type === "tool_result" && typeof block.content === "string" ? [block.content] : [];
  });
  return texts.join("\n");
}

function usage(): ModelReply["usage"] {
  return { input_tokens: 10, output_tokens: 10, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
}

function words(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\w{3,}/g));
}
