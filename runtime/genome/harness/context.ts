/**
 * The conversation as the harness keeps it. A turn knows where it came from; the model sees plain messages made from
 * the turns, with adjacent turns of one role merged, so roles always alternate and nothing internal leaks.
 */
import type { ContentBlock, Message, SkillText, ToolUseBlock } from "ratchet-agent/protocol";
import type { Outcome } from "./dispatch.ts";
import { parseInput } from "./input.ts";
import { renderSkill } from "./skills.ts";

/** `task` and `steer` are the person's words, `nudge` and `summary` the harness's own. */
export type TextKind = "task" | "steer" | "nudge" | "summary";
export type Turn =
  | { readonly kind: TextKind; readonly text: string }
  | { readonly kind: "skill"; readonly skill: SkillText }
  | { readonly kind: "reply"; readonly content: readonly ContentBlock[] }
  | { readonly kind: "results"; readonly outcomes: readonly Outcome[] };

export interface Context {
  turns: Turn[];
  /** Ids of all calls so far: some servers number them from zero in each reply. */
  readonly callIds: Set<string>;
  /** Size in tokens when compaction last failed to make the context smaller. */
  stalledAt: number;
}

export function newContext(instruction: string): Context {
  const context: Context = { turns: [], callIds: new Set(), stalledAt: 0 };
  addText(context, "task", instruction.trim() === "" ? "(The task has no text.)" : instruction);
  return context;
}

export function addSkill(context: Context, skill: SkillText): void {
  context.turns.push({ kind: "skill", skill });
}

export function addText(context: Context, kind: TextKind, text: string): void {
  context.turns.push({ kind, text });
}

/**
 * Stores a reply, unless nothing of it is worth sending back.
 * @returns its calls as the model wrote them, under the ids they are stored with
 */
export function addReply(context: Context, content: readonly ContentBlock[]): ToolUseBlock[] {
  const kept = content.filter(isSendable).map((block) => withFreshId(context, block));
  if (kept.some((block) => block.type === "text" || block.type === "tool_use")) {
    context.turns.push({ kind: "reply", content: kept.map(withObjectInput) });
  }
  return kept.filter((block) => block.type === "tool_use");
}

/** Stores the outcomes of the calls in the reply just added: one for each, in their order. */
export function addResults(context: Context, outcomes: readonly Outcome[]): void {
  context.turns.push({ kind: "results", outcomes });
}

/** The messages that the model is sent for these turns. */
export function toMessages(turns: readonly Turn[]): Message[] {
  const messages: { role: Message["role"]; content: ContentBlock[] }[] = [];
  for (const turn of turns) {
    const role = turn.kind === "reply" ? "assistant" : "user";
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocksOf(turn));
    else messages.push({ role, content: blocksOf(turn) });
  }
  return messages;
}

function isSendable(block: ContentBlock): boolean {
  if (block.type === "text") return block.text.trim() !== "";
  return block.type !== "tool_result";
}

/** Providers refuse a conversation in which an id is used twice. */
function withFreshId(context: Context, block: ContentBlock): ContentBlock {
  if (block.type !== "tool_use") return block;
  let id = block.id;
  for (let n = 2; context.callIds.has(id); n += 1) id = `${block.id}_${n}`;
  context.callIds.add(id);
  return { ...block, id };
}

/** Providers refuse an input that is not an object; dispatch reports what was wrong with it. */
function withObjectInput(block: ContentBlock): ContentBlock {
  if (block.type !== "tool_use") return block;
  const parsed = parseInput(block.input);
  return { ...block, input: parsed.kind === "object" ? parsed.input : { malformed: parsed.written } };
}

function blocksOf(turn: Turn): ContentBlock[] {
  switch (turn.kind) {
    case "reply":
      return [...turn.content];
    case "results":
      return turn.outcomes.map((outcome) => ({
        type: "tool_result",
        tool_use_id: outcome.id,
        content: outcome.text,
        ...(outcome.isError ? { is_error: true } : {}),
      }));
    case "skill":
      return [{ type: "text", text: `This skill may help:\n\n${renderSkill(turn.skill)}` }];
    case "task":
      // Marked, because what is said later may come to stand in the same message.
      return [{ type: "text", text: `<task>\n${turn.text}\n</task>` }];
    case "steer":
    case "nudge":
    case "summary":
      return [{ type: "text", text: turn.text }];
  }
}
