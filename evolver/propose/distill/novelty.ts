/** What is new in a piece of knowledge: it is merged into what is there, never piled up beside it. */
import { jaccard } from "../../jaccard.ts";
import { createLessonIndex, createSkillIndex } from "../../../skills/find.ts";
import { words } from "../../../skills/words.ts";
import { advise, parseLessons, type Lesson } from "../../../runtime/kernel/model/procedure/parse-lessons.ts";

export type Merged =
  | { readonly kind: "new" }
  /** Something says so already. */
  | { readonly kind: "known"; readonly by: string }
  /** It says all that this one says, and more. */
  | { readonly kind: "replaces"; readonly old: string };

/** From this Jaccard coefficient of pairs of words on two texts say the same. */
const SAME = 0.7;
/** Skills with names as alike as this, as sets of words, and texts as alike as that, are about the same thing. */
const SAME_NAME = 0.5;
const SAME_WORDS = 0.25;
/** From this share of its pairs on a text is part of the other one. */
const WITHIN = 0.9;
/** Nearest neighbours that are compared: who says the same shares its rare words. */
const NEIGHBOURS = 12;

/** @param lessons those that are there, one text each */
export function mergeLesson(lesson: string, lessons: readonly string[]): Merged {
  const parsed = parseLessons(lesson)[0];
  const near = lessons.length <= NEIGHBOURS ? lessons : nearest(lesson, lessons);
  for (const other of near) {
    const [parsedOther] = parseLessons(other);
    const merged =
      parsed !== undefined && parsedOther !== undefined
        ? compareLessons(parsed, lesson, parsedOther, other)
        : compareTexts(lesson, other);
    if (merged.kind !== "new") return merged;
  }
  return { kind: "new" };
}

/** A skill as it is compared with others. */
export interface Described {
  readonly name: string;
  readonly description: string;
  readonly body: string;
}

/** Name of the skill that is about the same thing, the most alike first; undefined when `skill` is new. */
export function sameSkill(skill: Described, skills: readonly Described[]): string | undefined {
  const query = `${skill.name} ${skill.description} ${skill.body}`;
  const near = createSkillIndex(skills).search(query, NEIGHBOURS);
  return near.find(({ name }) => skills.some((other) => other.name === name && isSame(skill, other)))?.name;
}

/** Word for word, or by name and by the words that they use: people and models put the same thing differently each time. */
function isSame(one: Described, other: Described): boolean {
  const text = ({ description, body }: Described): string => `${description} ${body}`;
  if (jaccard(pairsOf(text(one)), pairsOf(text(other))) >= SAME) return true;
  const alike = (a: string, b: string): number => jaccard(new Set(words(a)), new Set(words(b)));
  const [name, otherName] = [plainName(one.name), plainName(other.name)];
  return alike(name, otherName) >= SAME_NAME && alike(text(one), text(other)) >= SAME_WORDS;
}

/** With `_v2` and the like it is the same name. */
function plainName(name: string): string {
  return name.replace(/[-_]v\d+$/, "").replace(/[-_]/g, " ");
}

/** Pairs of neighbouring words; of a text of one word that word. */
export function pairsOf(text: string): ReadonlySet<string> {
  const all = words(text, NONE);
  return new Set(all.length === 1 ? all : all.slice(1).map((word, at) => `${all[at] ?? ""} ${word}`));
}

/** Stop words count here: "write before you read" is not "read before you write". */
const NONE: ReadonlySet<string> = new Set();

function nearest(lesson: string, lessons: readonly string[]): string[] {
  return createLessonIndex(lessons)
    .search(lesson, NEIGHBOURS)
    .map(({ text }) => text);
}

/** By what they do: each is asked about an error that the other one is for. */
function compareLessons(one: Lesson, text: string, other: Lesson, otherText: string): Merged {
  if (sameAnswer(other, one, text)) return { kind: "known", by: otherText };
  return sameAnswer(one, other, otherText) ? { kind: "replaces", old: otherText } : { kind: "new" };
}

/** Whether `wide` answers an error of `narrow` as `narrow` does. */
function sameAnswer(wide: Lesson, narrow: Lesson, narrowText: string): boolean {
  const error = exampleOf(narrowText);
  const expected = advise(narrow, error);
  const given = advise(wide, error);
  return (
    expected !== undefined &&
    given !== undefined &&
    given.command === expected.command &&
    given.after === expected.after
  );
}

/** An error that fits the pattern of a lesson: each name stands for a word of its own. */
function exampleOf(lesson: string): string {
  const pattern = /when you see\s+(`+)(.+?)\1/i.exec(lesson)?.[2] ?? "";
  return pattern.replace(/<([A-Za-z][\w-]*)>/g, (_, name: string) => `x${name.length}${name}`).trim();
}

function compareTexts(text: string, other: string): Merged {
  const [own, others] = [pairsOf(text), pairsOf(other)];
  const both = own.intersection(others).size;
  if (both >= WITHIN * own.size) return { kind: "known", by: other };
  if (both >= WITHIN * others.size) return { kind: "replaces", old: other };
  if (jaccard(own, others) < SAME) return { kind: "new" };
  return own.size <= others.size ? { kind: "known", by: other } : { kind: "replaces", old: other };
}
