/** Makes a long conversation shorter: the middle gives way to notes, the task and the latest work stay word for word. */
import type { ContentBlock } from "ratchet-agent/protocol";
import { callModel, stepsLeft } from "./budget.ts";
import type { Turn } from "./context.ts";
import { note } from "./note.ts";
import { promptText } from "./prompts.ts";
import { estimateTokens, inputRoom, requestSize, turnsSize } from "./request.ts";
import type { Run } from "./run.ts";
import { truncate } from "./truncation.ts";

/** Part of the room for input that may be full before the middle is dropped. */
const COMPACT_AT = 0.8;
/** Part of what was said after the task that the latest work may keep; less when the provider said that it was too long. */
const KEEP_SHARE = 0.4;
const KEEP_SHARE_AFTER_OVERFLOW = 0.2;
/** A result that saves less than this is refused. */
const MIN_GAIN = 0.1;
/** Output tokens of the notes that the model writes. */
const NOTES_TOKENS = 1_000;
/** Bytes of the notes and of the list of calls: at most this much, and this share of the present size (in tokens). */
const MAX_NOTES_BYTES = 6_000;
const MAX_NOTES_SHARE = 0.1;
/** One entry of the transcript that the notes are made from, and one of the list. */
const ENTRY_LIMITS = { bytes: 800, lines: 20 };
const LIST_CHARACTERS = 160;
/** Steps that must be left for a summary by the model: the task needs them more. */
const MIN_STEPS = 3;

const FALLBACK =
  "Write short notes of this work so that it can be carried on without it: what is done, what is left, what failed. Notes only.";

/** At the top of each step. What could not be made smaller before is tried again only when it has grown. */
export async function compactIfFull(run: Run): Promise<void> {
  const size = requestSize(run);
  const full = size >= COMPACT_AT * inputRoom(run);
  if (full && size * (1 - MIN_GAIN) >= run.context.stalledAt) await compact(run, "full");
}

/** @returns whether the context is smaller now; when it is not, nothing was changed */
export async function compact(run: Run, cause: "full" | "overflow"): Promise<boolean> {
  const { context } = run;
  const before = requestSize(run);
  const share = cause === "overflow" ? KEEP_SHARE_AFTER_OVERFLOW : KEEP_SHARE;
  const room = turnsSize(context.turns.slice(1)) * share;
  const parts = divide(context.turns, (turns) => turnsSize(turns) <= room);

  // Where nothing can be gained no model call is spent on notes.
  const hopeless = turnsSize(parts.middle) < before * MIN_GAIN;
  const turns = hopeless ? context.turns : replaceMiddle(parts, await summarise(run, parts, before));
  const after = requestSize(run, turns);
  const smaller = after <= before * (1 - MIN_GAIN);
  await note(run.kernel, "compaction", { cause, before, after, dropped: parts.middle.length, smaller });
  if (smaller) context.turns = turns;
  context.stalledAt = smaller ? 0 : before;
  return smaller;
}

interface Parts {
  readonly task: readonly Turn[];
  readonly middle: readonly Turn[];
  readonly recent: readonly Turn[];
}

/** Cuts only before a reply, so a call is never parted from its results. The last such group always stays. */
export function divide(turns: readonly Turn[], fits: (recent: readonly Turn[]) => boolean): Parts {
  const starts = turns.flatMap((turn, i) => (turn.kind === "reply" ? [i] : [])).toReversed();
  let cut = starts[0] ?? 1;
  for (const start of starts) {
    if (start !== cut && !fits(turns.slice(start))) break;
    cut = start;
  }
  return { task: turns.slice(0, 1), middle: turns.slice(1, cut), recent: turns.slice(cut) };
}

/** Skills stay, and so does the person's last word, as it was said, also when that was long ago. */
function replaceMiddle({ task, middle, recent }: Parts, notes: string): Turn[] {
  const lastWord = recent.some((turn) => turn.kind === "steer")
    ? -1
    : middle.findLastIndex((turn) => turn.kind === "steer");
  const kept = middle.filter((turn, i) => turn.kind === "skill" || i === lastWord);
  return [...task, { kind: "summary", text: notes }, ...kept, ...recent];
}

/** What the model says about the middle, and the plain list of its calls, which is there whatever the model says. */
async function summarise(run: Run, parts: Parts, size: number): Promise<string> {
  const bytes = Math.min(MAX_NOTES_BYTES, Math.floor(size * MAX_NOTES_SHARE * 4));
  const limits = { bytes, lines: bytes };
  const notes = truncate(await writeNotes(run, parts), limits).text;
  const list = truncate(parts.middle.flatMap(listed).join("\n"), limits).text;
  return ["Earlier work was dropped from this conversation to make room. Notes on it:", notes, list].join(
    "\n\n",
  );
}

/** Empty when the model cannot or should not be asked: a summary is a help, never a reason to fail. */
async function writeNotes(run: Run, { task, middle }: Parts): Promise<string> {
  if (stepsLeft(run.budget) < MIN_STEPS) return "";
  const bytes = Math.floor(inputRoom(run) * 2);
  const text = truncate(transcript([...task, ...middle]).join("\n"), { bytes, lines: bytes }).text;
  try {
    const reply = await callModel(run.kernel, run.budget, {
      system: promptText(run.kernel, "compaction", FALLBACK),
      messages: [{ role: "user", content: [{ type: "text", text }] }],
      max_tokens: Math.min(NOTES_TOKENS, run.kernel.hello.limits.output_tokens),
    });
    const texts = reply.content.filter((block) => block.type === "text").map((block) => block.text.trim());
    const notes = reply.stop_reason === "refusal" ? "" : texts.join("\n").trim();
    return estimateTokens(notes) < estimateTokens(text) ? notes : "";
  } catch (error) {
    await note(run.kernel, "summary_failed", { message: String(error) });
    return "";
  }
}

function transcript(turns: readonly Turn[]): string[] {
  return turns.flatMap((turn) => {
    switch (turn.kind) {
      case "reply":
        return turn.content.map(spoken).filter((text) => text !== "");
      case "results":
        return turn.outcomes.map((outcome) => `RESULT: ${truncate(outcome.text, ENTRY_LIMITS).text}`);
      case "task":
      case "steer":
        return [`PERSON: ${turn.text}`];
      case "summary":
        return [`NOTES: ${turn.text}`];
      case "skill":
      case "nudge":
        return [];
    }
  });
}

/** What was done, without what tools showed: in a message of the user it would pass for the person's words. */
function listed(turn: Turn): string[] {
  switch (turn.kind) {
    case "reply":
      return turn.content.filter((block) => block.type === "tool_use").map((call) => oneLine(spoken(call)));
    case "results":
      return turn.outcomes.map((outcome) => (outcome.isError ? "  failed" : "  succeeded"));
    case "steer":
      return [oneLine(`PERSON: ${turn.text}`)];
    case "summary":
      return [turn.text];
    case "task":
    case "skill":
    case "nudge":
      return [];
  }
}

function spoken(block: ContentBlock): string {
  if (block.type === "text") return `AGENT: ${block.text}`;
  if (block.type !== "tool_use") return "";
  return `CALL: ${truncate(`${block.name} ${JSON.stringify(block.input)}`, ENTRY_LIMITS).text}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, LIST_CHARACTERS).toWellFormed();
}
