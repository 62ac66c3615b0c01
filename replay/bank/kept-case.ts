/** A task that is kept although its suite may change or go. */
import { z } from "zod";

/** A name that is one step in a path, and no dot file: part of a folder's name below `.agent/bank/`. */
const NAME = String.raw`[^./\0][^/\0]*`;

export const KeptCase = z.object({
  /** `suite/task`. */
  task: z.string().regex(new RegExp(`^${NAME}/${NAME}$`)),
  /** Snapshot of the task's whole folder: task.yaml, workspace/ and verify/. */
  tree: z.string().regex(/^[0-9a-f]{40}$/),
});
export type KeptCase = z.infer<typeof KeptCase>;
