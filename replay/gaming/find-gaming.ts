/** The static half of the question whether a candidate games the grader. */
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { Change } from "../exercised.ts";
import type { GamingFinding } from "./finding.ts";
import { findSpecialCases } from "./special-case.ts";
import { findTelling } from "./telling.ts";

export type { GamingFinding } from "./finding.ts";

export interface GamingQuestion {
  /** All tasks whose answers the candidate must not know, held-out ones among them. */
  readonly tasks: readonly TaskOnDisk[];
  readonly changes: readonly Change[];
  /** Texts of the parent's genome, scripts of skills among them: what stands there gives nothing away. */
  readonly known: readonly string[];
}

/** Before any trial. @throws when a task or a change cannot be read: nobody may take that for a clean patch */
export async function findGaming(question: GamingQuestion): Promise<GamingFinding[]> {
  const [special, telling] = await Promise.all([findSpecialCases(question.changes), findTelling(question)]);
  return [...special, ...telling];
}
