/** What is asked of the text of a candidate, before any trial. */
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { Change } from "../exercised.ts";

export interface GamingQuestion {
  /** All tasks whose answers the candidate must not know, held-out ones among them. */
  readonly tasks: readonly TaskOnDisk[];
  readonly changes: readonly Change[];
  /** Texts of the parent's genome, scripts of skills among them: what stands there gives nothing away. */
  readonly known: readonly string[];
}
