/** What the model reads out of a request: the instruction, skills, lessons, its place and the results since. */
import type { Message, ModelRequest, ToolResultBlock } from "../../protocol.ts";
import { offeredSkills, withoutSkills, type OfferedSkill } from "./offered-skills.ts";
import { parseLessons, type Lesson } from "./parse-lessons.ts";
import { findPlace, type Place } from "./scratchpad.ts";

export interface Context {
  readonly instruction: string;
  /** By name; of two with one name the later one counts. */
  readonly skills: ReadonlyMap<string, OfferedSkill>;
  /** Names of the skills that came into the conversation after the model wrote down its place. */
  readonly newSkills: ReadonlySet<string>;
  readonly lessons: readonly Lesson[];
  readonly place: Place | undefined;
  /** Results of the calls that were made with that place, in the order of the calls. */
  readonly results: readonly Result[];
  /** A user said something after the last of these results. */
  readonly spokenTo: boolean;
}

export interface Result {
  /** Name of the tool as it was called. */
  readonly tool: string;
  readonly text: string;
  /** Marked as an error, or beginning with the word. */
  readonly failed: boolean;
}

export function readContext({ system = "", messages }: ModelRequest): Context {
  const texts = messages.map((message) => ({ role: message.role, text: textOf(message) }));
  const lessonText = [system, ...texts.map(({ role, text }) => (role === "user" ? text : bodies(text)))].join(
    "\n",
  );
  const at = texts.findLastIndex(({ text }) => findPlace(text) !== undefined);
  const place = findPlace(at === -1 ? system : (texts[at]?.text ?? ""));
  const { results, spokenTo } = at === -1 ? { results: [], spokenTo: false } : resultsAfter(messages, at);
  const before = new Map(offeredIn([system, ...texts.slice(0, at + 1).map(({ text }) => text)]));
  const after = offeredIn(texts.slice(at + 1).map(({ text }) => text));
  return {
    instruction: instructionIn(
      texts.filter(({ role }) => role === "user").map(({ text }) => withoutSkills(text)),
    ),
    skills: new Map([...before, ...after]),
    newSkills: new Set([...after.keys()].filter((name) => !before.has(name))),
    lessons: parseLessons(lessonText),
    place,
    results,
    spokenTo,
  };
}

/** Text that the harness or the model wrote; never what a tool returned. */
function textOf({ content }: Message): string {
  if (typeof content === "string") return content;
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}

function bodies(text: string): string {
  return offeredSkills(text)
    .map(({ body }) => body)
    .join("\n");
}

function offeredIn(texts: readonly string[]): Map<string, OfferedSkill> {
  return new Map(texts.flatMap(offeredSkills).map((skill) => [skill.name, skill]));
}

/** The inside of the first `<task>`, or else the first user message that has text. */
function instructionIn(texts: readonly string[]): string {
  for (const text of texts) {
    const task = /<task\b[^>]*>([\s\S]*?)<\/task>/.exec(text)?.[1];
    if (task !== undefined) return task.trim();
  }
  return texts.find((text) => text.trim() !== "")?.trim() ?? "";
}

function resultsAfter(messages: readonly Message[], at: number): { results: Result[]; spokenTo: boolean } {
  const content = messages[at]?.content ?? "";
  const calls = typeof content === "string" ? [] : content.filter((block) => block.type === "tool_use");
  const given = new Map<string, ToolResultBlock>();
  let spokenTo = false;
  for (const message of messages.slice(at + 1)) {
    if (message.role !== "user") continue;
    for (const block of typeof message.content === "string"
      ? [textBlock(message.content)]
      : message.content) {
      if (block.type === "text") spokenTo ||= block.text.trim() !== "";
      if (block.type !== "tool_result" || !calls.some(({ id }) => id === block.tool_use_id)) continue;
      given.set(block.tool_use_id, block);
      spokenTo = false;
    }
  }
  const results = calls.flatMap(({ id, name }) => {
    const block = given.get(id);
    return block === undefined ? [] : [toResult(name, block)];
  });
  return { results, spokenTo };
}

function textBlock(text: string): { type: "text"; text: string } {
  return { type: "text", text };
}

function toResult(tool: string, { content, is_error }: ToolResultBlock): Result {
  const text = typeof content === "string" ? content : content.map((block) => block.text).join("\n");
  return { tool, text, failed: is_error === true || /^\s*error/i.test(text) };
}
