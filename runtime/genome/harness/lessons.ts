/** Lessons: all of them while they are few; of many those that are about the task, and later about an error. */
import type { Kernel } from "ratchet-agent/protocol";
import { note } from "./note.ts";
import { normalised } from "./prompts.ts";
import { RANKING } from "./ranking.ts";

/** Size of the lessons in the system text: characters, and as a share of the context at four characters a token. */
const MAX_CHARACTERS = 12_000;
const MAX_CONTEXT_SHARE = 0.1;
/** Lessons that are looked at for the task, and for one error. */
const CANDIDATES = 40;
const CANDIDATES_FOR_ERROR = 3;
/** Lessons brought up by errors in one run. */
const MAX_OFFERS = 8;
const ERROR_CHARACTERS = 400;

export interface Lessons {
  /** For the system text; empty while there are none. */
  readonly text: string;
  /** False when the text has all that there are: then errors need not be looked up. */
  readonly isPart: boolean;
  /** Those that errors brought up. */
  readonly offered: string[];
}

/** The file as it is where it fits, or else the lessons that fit the instruction best. */
export async function chooseLessons(kernel: Kernel): Promise<Lessons> {
  const { prompts, limits, instruction } = kernel.hello;
  const all = normalised(prompts["lessons"] ?? "");
  // Nothing while the file holds headings only.
  const hasLesson = all.split("\n").some((line) => line.trim() !== "" && !line.startsWith("#"));
  if (!hasLesson) return { text: "", isPart: false, offered: [] };
  const room = Math.min(MAX_CHARACTERS, Math.floor(limits.context_tokens * 4 * MAX_CONTEXT_SHARE));
  if (all.length <= room) return { text: all, isPart: false, offered: [] };
  const found = await search(kernel, instruction, CANDIDATES);
  return { text: fitting(found, room).join("\n\n"), isPart: true, offered: [] };
}

/** Lessons about one of these errors that the model was not shown before; empty when there are none. */
export async function lessonsFor(
  kernel: Kernel,
  lessons: Lessons,
  errors: readonly string[],
): Promise<string> {
  if (!lessons.isPart) return "";
  const fresh: string[] = [];
  for (const error of errors.map((text) => text.slice(0, ERROR_CHARACTERS))) {
    for (const lesson of await search(kernel, error, CANDIDATES_FOR_ERROR)) {
      if (lessons.offered.length >= MAX_OFFERS) break;
      if (lessons.text.includes(lesson) || lessons.offered.includes(lesson)) continue;
      lessons.offered.push(lesson);
      fresh.push(lesson);
    }
  }
  return fresh.join("\n\n");
}

/** The best ones that fit together. */
function fitting(found: readonly string[], room: number): string[] {
  let left = room;
  return found.filter((lesson) => {
    if (lesson.length + 2 > left) return false;
    left -= lesson.length + 2;
    return true;
  });
}

/** A library that does not answer is an empty one. */
async function search(kernel: Kernel, query: string, limit: number): Promise<string[]> {
  if (query.trim() === "") return [];
  try {
    return (await kernel.lessons.search(query, limit, RANKING)).map(({ text }) => text);
  } catch (error) {
    await note(kernel, "lessons_unavailable", { message: String(error) });
    return [];
  }
}
