/** One task of the suite before it is on disk. */
import type { z } from "zod";
import type { Task } from "../../../runtime/kernel/suite/task.ts";
import type { Commit } from "./repository.ts";
import type { Random } from "./random.ts";

type TaskFile = z.input<typeof Task>;

export interface Chore {
  /** Folder name, unique in its suite. */
  readonly name: string;
  readonly heldOut: boolean;
  readonly instruction: string;
  /** Files by path in the workspace. */
  readonly workspace: Readonly<Record<string, string | Uint8Array>>;
  /** History of the workspace, when it is a git repository; its last state is in `workspace`. */
  readonly history?: readonly Commit[];
  /** Files by path under `verify/`. */
  readonly truth: Readonly<Record<string, string | Uint8Array>>;
  readonly checks: TaskFile["verify"];
  readonly services?: TaskFile["services"];
  /** Patterns of files that must be left as they are. */
  readonly protect?: readonly string[];
}

/** Makes the three tasks of a family: two to evolve on and one that is held out. */
export type Family = (random: (task: string) => Random) => readonly Chore[];
