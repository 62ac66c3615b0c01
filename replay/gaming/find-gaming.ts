/** The static half of the question whether a candidate games the grader. */
import type { GamingFinding } from "./finding.ts";
import type { GamingQuestion } from "./question.ts";
import { findSpecialCases } from "./special-case.ts";
import { findTelling } from "./telling.ts";

/** Before any trial. @throws when a task or a change cannot be read: nobody may take that for a clean patch */
export async function findGaming(question: GamingQuestion): Promise<GamingFinding[]> {
  const [special, telling] = await Promise.all([findSpecialCases(question.changes), findTelling(question)]);
  return [...special, ...telling];
}
