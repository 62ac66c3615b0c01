/** Lessons of the form "when you see X, do Y": one line each, wherever the harness put them. */
import { codeSpans } from "./spans.ts";
import { fillCommand, splitCommand, UnsafeHole, type CommandTemplate } from "./shell.ts";
import { matchFirst } from "./match.ts";

export interface Lesson {
  /** The lesson's own text, short: it counts uses in the scratchpad. */
  readonly key: string;
  readonly pattern: RegExp;
  /** Names in the pattern, in the order of its groups. */
  readonly names: readonly string[];
  readonly command: CommandTemplate | undefined;
  /** What comes after the command. */
  readonly after: "repeat" | "go_on";
}

/** What a lesson says to do, with its names filled in. */
export interface Advice {
  readonly key: string;
  readonly command: string | undefined;
  readonly after: "repeat" | "go_on";
}

/** In the order of the text; a line that only looks like a lesson is none. */
export function parseLessons(text: string): Lesson[] {
  return text.split(/\r\n|\r|\n/).flatMap((line) => (/when you see/i.test(line) ? lessonsInLine(line) : []));
}

/** @throws SlowPattern */
export function advise(lesson: Lesson, seen: string): Advice | undefined {
  const groups = matchFirst(lesson.pattern, seen);
  if (groups === undefined) return undefined;
  const value = (name: string): string => (groups[lesson.names.indexOf(name) + 1] ?? "").trim();
  const command = lesson.command === undefined ? undefined : fillCommand(lesson.command, value);
  return { key: lesson.key, command, after: lesson.after };
}

function lessonsInLine(line: string): Lesson[] {
  const spans = codeSpans(line);
  return spans.flatMap((_, at) => {
    if (at % 2 === 0 || !/\bwhen you see\s*$/i.test(spans[at - 1] ?? "")) return [];
    const lesson = toLesson(spans.slice(at));
    return lesson === undefined ? [] : [lesson];
  });
}

/** @param spans from the pattern on: code and text by turns */
function toLesson([pattern = "", middle = "", command, end = ""]: readonly string[]): Lesson | undefined {
  if (pattern.trim() === "") return undefined;
  const { regex, names } = toRegex(pattern);
  if (/^\s*,?\s*repeat the step\b/i.test(middle)) {
    return { key: pattern, pattern: regex, names, command: undefined, after: "repeat" };
  }
  if (command === undefined || !/^\s*,?\s*run\s*$/i.test(middle)) return undefined;
  const after = /^\s*,?\s*then repeat the step\b/i.test(end)
    ? "repeat"
    : /^\s*instead\b/i.test(end)
      ? "go_on"
      : undefined;
  const template = toTemplate(command, names);
  if (after === undefined || template === undefined) return undefined;
  return { key: `${pattern} → ${command}`, pattern: regex, names, command: template, after };
}

/** A name stands for the shortest run of characters that fits, and for the rest of the line at the pattern's end. */
function toRegex(pattern: string): { regex: RegExp; names: string[] } {
  const names: string[] = [];
  const source = pattern.split(/(<[A-Za-z][\w-]*>)/).map((part, index, parts) => {
    if (index % 2 === 0) return escape(part);
    const name = part.slice(1, -1);
    const known = names.indexOf(name);
    if (known !== -1) return `(?:\\${known + 1})`;
    names.push(name);
    return index === parts.length - 2 && parts.at(-1) === "" ? RUN : `${RUN.slice(0, -1)}?)`;
  });
  return { regex: new RegExp(source.join(""), "u"), names };
}

const RUN = "([^\"'`\\r\\n]+)";

/** Only the pattern's names are holes: other text in `<>` is the command's own. */
function toTemplate(command: string, names: readonly string[]): CommandTemplate | undefined {
  if (names.length === 0) return [command];
  try {
    return splitCommand(command, new RegExp(`<(${names.map((name) => escape(name)).join("|")})>`));
  } catch (error) {
    if (error instanceof UnsafeHole) return undefined;
    throw error;
  }
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
