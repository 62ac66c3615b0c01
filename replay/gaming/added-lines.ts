/** The lines that a patch adds. */
import { diffLines } from "diff";
import type { Change } from "../exercised.ts";

export interface AddedLine {
  /** 1-based, in the new text. */
  readonly line: number;
  readonly text: string;
}

/** Lines of the new text that the old one does not have, or has differently. */
export function addedLines({ before = "", after }: Change): AddedLine[] {
  const added: AddedLine[] = [];
  let line = 1;
  for (const part of diffLines(before, after)) {
    if (part.removed) continue;
    if (part.added) {
      const texts = part.value.replace(/\n$/, "").split("\n");
      added.push(...texts.map((text, i) => ({ line: line + i, text })));
    }
    line += part.count;
  }
  return added;
}
