/** What a request shows a model: nothing else does the scripted model know. */
import type {
  ContentBlock,
  Message,
  ModelRequest,
  ToolUseBlock,
} from "../../../../runtime/kernel/protocol.ts";

export interface SeenCall {
  readonly name: string;
  /** What was called, as far as it can be seen. */
  readonly spelled: string;
  /** Undefined when it is only listed, not shown. */
  readonly text: string | undefined;
  readonly flagged: boolean;
  readonly listed: "succeeded" | "failed" | undefined;
}

export interface View {
  /** Name of the job, from the instruction; undefined where the instruction is not shown. */
  readonly job: string | undefined;
  readonly system: string;
  readonly tools: ReadonlySet<string>;
  /** Answered calls, oldest first; those of dropped work as far as notes list them. */
  readonly calls: readonly SeenCall[];
  /** Texts of the user's side, the task left out. */
  readonly told: readonly string[];
  /** Texts in the last message, the task left out. */
  readonly last: readonly string[];
  /** What the model itself said. */
  readonly own: readonly string[];
  /** Notes on work that was dropped. */
  readonly notes: string;
  /** Set when the model is asked for notes: what they are to be made from. */
  readonly transcript: string | undefined;
}

const JOB = /\bJob ([a-z][a-z-]*-\d+): /;

export function viewOf({ system = "", messages, tools = [] }: ModelRequest): View {
  const blocks = messages.map(({ role, content }) => ({ role, blocks: blocksOf(content) }));
  const user = blocks.filter(({ role }) => role === "user").flatMap((message) => texts(message.blocks));
  const task = user.find((text) => text.startsWith("<task>"));
  const told = user.filter((text) => !text.startsWith("<task>"));
  const notes = told.filter((text) => text.startsWith("Earlier work was dropped")).join("\n");
  const isForNotes = tools.length === 0 && /\bnotes\b/i.test(system);
  const about = isForNotes ? (user.join("\n") ?? "") : task;
  return {
    job: about === undefined ? undefined : JOB.exec(about)?.[1],
    system,
    tools: new Set(tools.map(({ name }) => name)),
    calls: [...listedCalls(notes), ...shownCalls(messages)],
    told,
    last: texts(blocks.at(-1)?.blocks ?? []).filter((text) => !text.startsWith("<task>")),
    own: blocks.filter(({ role }) => role === "assistant").flatMap((message) => texts(message.blocks)),
    notes,
    transcript: isForNotes ? user.join("\n") : undefined,
  };
}

/** A call as notes and this model spell it: long ones are cut there. */
export function spell(name: string, input: unknown): string {
  return `CALL: ${name} ${JSON.stringify(input)}`.replace(/\s+/g, " ");
}

/** Longest spelling that notes leave whole. */
const LISTED = 150;

export function isSameCall(seen: SeenCall, spelled: string): boolean {
  if (seen.listed === undefined) return seen.spelled === spelled;
  return seen.spelled.slice(0, LISTED) === spelled.slice(0, LISTED);
}

export function blocksOf(content: Message["content"]): readonly ContentBlock[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function texts(blocks: readonly ContentBlock[]): string[] {
  return blocks.flatMap((block) => (block.type === "text" ? [block.text] : []));
}

/** Each call with the result that bears its id, in the message after it. */
function shownCalls(messages: readonly Message[]): SeenCall[] {
  return messages.flatMap(({ role, content }, at) => {
    if (role !== "assistant") return [];
    const next = blocksOf(messages[at + 1]?.content ?? []);
    return blocksOf(content)
      .filter((block) => block.type === "tool_use")
      .flatMap((call) => seenCall(call, next) ?? []);
  });
}

function seenCall({ id, name, input }: ToolUseBlock, next: readonly ContentBlock[]): SeenCall | undefined {
  const result = next.find((block) => block.type === "tool_result" && block.tool_use_id === id);
  if (result?.type !== "tool_result") return undefined;
  const { content, is_error = false } = result;
  const text = typeof content === "string" ? content : content.map((part) => part.text).join("\n");
  return { name, spelled: spell(name, input), text, flagged: is_error, listed: undefined };
}

/** Calls of one reply stand together, and their outcomes after them in the same order. */
function listedCalls(notes: string): SeenCall[] {
  const calls: SeenCall[] = [];
  let open: string[] = [];
  let isOutcomes = false;
  for (const line of notes.split("\n")) {
    if (line.startsWith("CALL: ")) {
      if (isOutcomes) open = [];
      isOutcomes = false;
      open.push(line);
      continue;
    }
    const outcome = /^ {2}(succeeded|failed)$/.exec(line)?.[1];
    if (outcome !== "succeeded" && outcome !== "failed") continue;
    isOutcomes = true;
    const spelled = open.shift();
    if (spelled === undefined) continue;
    const name = spelled.split(" ", 2)[1] ?? "";
    calls.push({ name, spelled, text: undefined, flagged: outcome === "failed", listed: outcome });
  }
  return calls;
}
