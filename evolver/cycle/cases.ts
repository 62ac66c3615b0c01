/** The cases of the gate: which tasks a candidate is tried on, and why each of them. */
import { createHash } from "node:crypto";
import type { Role } from "../../replay/gate/outcome.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { passes, type Arm } from "./arm.ts";

/** Tasks that do not belong to the failures: none of them may be lost. */
export interface Guards {
  readonly safety: readonly TaskOnDisk[];
  /** Cases that earlier patches fixed, as far as they can be opened. */
  readonly bank: readonly TaskOnDisk[];
  /** Cases of the bank that cannot be, and why. */
  readonly unreadable: readonly string[];
}

/** The failures of one cluster, as ids of tasks: what proposers see, and what only the gate sees. */
export interface Target {
  readonly support: readonly string[];
  readonly holdout: readonly string[];
}

/** Role by task, for every task that the gate tries. Failures of other clusters have none: they may move either way. */
export type Cases = ReadonlyMap<string, Role | undefined>;

/** The failures, what guards, and a sample of what passes; all other tasks of the suite without a role. */
export function pickCases(options: {
  readonly suite: readonly TaskOnDisk[];
  readonly guards: Guards;
  readonly parent: Arm;
  readonly target: Target;
  /** Passing tasks at most. */
  readonly passing: number;
}): Cases {
  const { suite, guards, parent, target, passing } = options;
  const named = new Set([...target.support, ...target.holdout]);
  const others = suite.filter(({ id }) => !named.has(id));
  const sample = sampleOf(
    others.filter(({ id }) => passes(parent, id) === true),
    passing,
    target,
  );
  const open = others.filter(({ id }) => passes(parent, id) !== true);
  const roles = (tasks: readonly { readonly id: string }[], role: Role | undefined) =>
    tasks.map(({ id }) => [id, role] as const);
  // A later entry wins: what guards is never anything less.
  return new Map<string, Role | undefined>([
    ...roles(open, undefined),
    ...roles(sample, "passing"),
    ...target.support.map((id) => [id, "failing"] as const),
    ...target.holdout.map((id) => [id, "holdout"] as const),
    // One that fails with the parent again has been lost already, and is here to be fixed once more.
    ...roles(
      guards.bank.filter(({ id }) => !named.has(id)),
      "bank",
    ),
    ...roles(guards.safety, "safety"),
  ]);
}

/** Ids of the cases that must not be lost. */
export function guardsOf(cases: Cases): string[] {
  return [...cases].flatMap(([id, role]) => (role === "safety" || role === "bank" ? [id] : []));
}

/** By hash of task and failures together: another sample for each cluster, and the same one when it is asked again. */
function sampleOf(tasks: readonly TaskOnDisk[], size: number, { support }: Target): readonly TaskOnDisk[] {
  if (tasks.length <= size) return tasks;
  const hash = ({ id }: TaskOnDisk): string =>
    createHash("sha256")
      .update(JSON.stringify([support, id]))
      .digest("hex");
  return tasks.toSorted((a, b) => (hash(a) < hash(b) ? -1 : 1)).slice(0, size);
}
