/** Writes a lesson into a skill or into the lessons that every run reads. What it makes superfluous goes. */
import { splitLessons } from "../../../skills/lessons.ts";
import { mergeLesson } from "./novelty.ts";
import { withProvenance, type Provenance } from "./provenance.ts";

const SECTION = "## When things go wrong";

/** The skill with the lesson in its section for trouble, and where it comes from in the metadata; undefined when it is known. */
export function withLesson(skill: string, line: string, provenance: Provenance): string | undefined {
  const merged = mergeLesson(line, splitLessons(bodyOf(skill)));
  switch (merged.kind) {
    case "known":
      return undefined;
    case "replaces":
      return withProvenance(replaceText(skill, merged.old, line) ?? inSection(skill, line), provenance);
    case "new":
      return withProvenance(inSection(skill, line), provenance);
    default:
      return merged satisfies never;
  }
}

/** The lessons file with one more lesson, a new one when there is none; undefined when it is known. */
export function withSharedLesson(lessons: string | undefined, line: string): string | undefined {
  const text = lessons === undefined || lessons.trim() === "" ? "# Lessons" : lessons.trimEnd();
  const merged = mergeLesson(line, splitLessons(text));
  const added = `${text}\n\n${line}\n`;
  switch (merged.kind) {
    case "known":
      return undefined;
    case "replaces":
      return replaceText(`${text}\n`, merged.old, line) ?? added;
    case "new":
      return added;
    default:
      return merged satisfies never;
  }
}

function bodyOf(skill: string): string {
  return skill.replace(/^---\r?\n[\s\S]*?\r?\n---[ \t]*\r?\n/, "");
}

/** Undefined where the old text does not stand as it was read, as with lines that a list indents. */
function replaceText(text: string, old: string, line: string): string | undefined {
  return text.includes(old) ? text.replace(old, () => line) : undefined;
}

function inSection(skill: string, line: string): string {
  const lines = skill.trimEnd().split("\n");
  const start = lines.findIndex((text) => text.trim().toLowerCase() === SECTION.toLowerCase());
  if (start === -1) return `${lines.join("\n")}\n\n${SECTION}\n\n${line}\n`;
  const next = lines.findIndex((text, index) => index > start && /^##? /.test(text));
  const end = next === -1 ? lines.length : next;
  const before = lines.slice(0, end).join("\n").trimEnd();
  const after = lines.slice(end);
  return [before, "", line, ...(after.length > 0 ? ["", ...after] : []), ""].join("\n");
}
