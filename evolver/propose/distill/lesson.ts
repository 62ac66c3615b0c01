/** The form of a lesson that people, language models and the procedure model read alike: docs/procedure-model.md. */
import { advise, parseLessons } from "../../../runtime/kernel/model/procedure/parse-lessons.ts";

export interface DistilledLesson {
  readonly pattern: string;
  /** Undefined: repeating the step is enough. */
  readonly command: string | undefined;
}

export function lessonLine({ pattern, command }: DistilledLesson): string {
  if (command === undefined) return `When you see \`${pattern}\`, repeat the step.`;
  return `When you see \`${pattern}\`, run \`${command}\`, then repeat the step.`;
}

/** True when a lesson somewhere in the text has an answer to this error. */
export function answers(text: string, error: string): boolean {
  return parseLessons(text).some((lesson) => advise(lesson, error) !== undefined);
}

/** The lines of a text that are lessons with an answer to this error, and what they would have run. */
export function answeringLines(text: string, error: string): { line: string; command: string | undefined }[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const advice = parseLessons(line).flatMap((lesson) => advise(lesson, error) ?? [])[0];
    return advice ? [{ line: line.trim(), command: advice.command }] : [];
  });
}
