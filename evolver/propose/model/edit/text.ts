/** Edits of prompts and skills: sections by their headings, fields of the front matter. */
import { isMap, parseDocument } from "yaml";
import type { TextEdit } from "../tool.ts";
import type { Edited } from "./outcome.ts";

/** The text of the file with the edit made. */
export function editText(text: string, edit: TextEdit): Edited {
  switch (edit.op) {
    case "edit_section":
      return editSection(text, edit);
    case "set_field":
      return setField(text, edit);
    default:
      return edit satisfies never;
  }
}

type SectionEdit = Extract<TextEdit, { op: "edit_section" }>;

function editSection(text: string, { heading, where, text: added }: SectionEdit): Edited {
  const lines = text.split("\n");
  const found = heading === undefined ? wholeBody(lines) : sectionOf(lines, heading);
  if ("problem" in found) return found;
  const { start, body, end } = found;
  const fresh = added.trim().split("\n");
  const inside = trimmed(lines.slice(body, end));
  const blank = (part: readonly string[]): string[] => (part.length === 0 ? [] : [""]);
  const own = lines.slice(start, body);
  const changed = {
    replace: [...own, ...blank(own), ...fresh],
    prepend: [...own, ...blank(own), ...fresh, ...blank(inside), ...inside],
    append: [...own, ...blank(own), ...inside, ...gap(inside, fresh), ...fresh],
    before: [...fresh, ...blank(own.length > 0 ? own : inside), ...own, ...blank(own), ...inside],
    after: [...own, ...blank(own), ...inside, ...blank(inside), ...fresh],
  }[where];
  const rest = trimmed(lines.slice(end));
  const before = lines.slice(0, start);
  return { text: `${[...before, ...changed, ...blank(rest), ...rest].join("\n").trimEnd()}\n` };
}

interface Section {
  /** Numbers of lines: of the heading, behind it, behind the section. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

function wholeBody(lines: readonly string[]): Section {
  const start = frontMatterLines(lines);
  return { start, body: start, end: lines.length };
}

function sectionOf(lines: readonly string[], heading: string): Section | { readonly problem: string } {
  const headings = headingsOf(lines);
  const wanted = plain(heading);
  const matches = headings.filter(({ title }) => plain(title) === wanted);
  const [one] = matches;
  if (one === undefined) {
    const names = headings.map(({ title }) => title).join(", ");
    return { problem: `there is no heading ${JSON.stringify(heading)}; there are ${names || "none"}` };
  }
  if (matches.length > 1)
    return { problem: `the heading ${JSON.stringify(heading)} is there ${matches.length} times` };
  const next = headings.find(({ line, level }) => line > one.line && level <= one.level);
  return { start: one.line, body: one.line + 1, end: next?.line ?? lines.length };
}

/** Headings outside of code fences. */
function headingsOf(lines: readonly string[]): { line: number; level: number; title: string }[] {
  const found: { line: number; level: number; title: string }[] = [];
  let fence: string | undefined;
  for (const [line, text] of lines.entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1];
    if (mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (mark.startsWith(fence)) fence = undefined;
      continue;
    }
    const [, hashes, title] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(text) ?? [];
    if (fence === undefined && hashes !== undefined && title !== undefined)
      found.push({ line, level: hashes.length, title });
  }
  return found;
}

/** A list goes on without a blank line; a paragraph begins behind one. */
function gap(before: readonly string[], after: readonly string[]): string[] {
  const item = /^\s*(?:[-*+]|\d+[.)])\s/;
  const goesOn = item.test(before.at(-1) ?? "") && item.test(after[0] ?? "");
  return before.length === 0 || goesOn ? [] : [""];
}

function setField(text: string, { field, value }: Extract<TextEdit, { op: "set_field" }>): Edited {
  const lines = text.split("\n");
  const end = frontMatterLines(lines);
  if (end === 0) return { problem: "the file has no front matter between two lines of ---" };
  const document = parseDocument(lines.slice(1, end - 1).join("\n"));
  if (document.errors.length > 0 || !isMap(document.contents))
    return { problem: "the front matter is not a YAML mapping: mend it with replace_text" };
  document.setIn(field.split("."), value);
  return {
    text: `---\n${document.toString({ lineWidth: 0 }).trimEnd()}\n${lines.slice(end - 1).join("\n")}`,
  };
}

/** How many lines the front matter has, both marks included; 0 without one. */
function frontMatterLines(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== "---") return 0;
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === "---");
  return end + 1;
}

function trimmed(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== "");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return first === -1 ? [] : lines.slice(first, last + 1);
}

function plain(heading: string): string {
  return heading
    .replace(/^#+\s*/, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .toLowerCase();
}
