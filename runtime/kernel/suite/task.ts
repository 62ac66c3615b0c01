/**
 * A task: an instruction, the workspace it starts from, and the check that decides success.
 *
 *     tasks/<suite>/<task>/task.yaml
 *                          workspace/   copied into a scratch folder before the run; empty when there is none
 *                          verify/      read by the verifier only; no agent ever sees it
 */
import { z } from "zod";

/** Compares one file of the workspace, after the run, with one under `verify/`. */
const FileCheck = z.strictObject({
  file: z.string().describe("path in the workspace"),
  equals: z.string().describe("path under verify/ that holds the truth"),
  as: z
    .enum(["bytes", "text", "json", "lines", "number"])
    .default("text")
    .describe(
      "bytes: identical; text: same after trimming the end of each line and of the file; json: same value; " +
        "lines: same lines in any order; number: same number within 1e-9",
    ),
});
/** The path must not exist after the run. */
const AbsentCheck = z.strictObject({ absent: z.string() });
/** A command in a sandbox of its own: the workspace read-only at /workspace, verify/ at /verify; exit 0 is a pass. */
const CommandCheck = z.strictObject({ command: z.array(z.string()).min(1) });

export const Check = z.union([FileCheck, AbsentCheck, CommandCheck]);

/** An HTTP service that lives as long as the run, reachable by the `http` tool under its host name. */
const Service = z.strictObject({
  host: z.string().describe("name the instruction uses, for example prices.test"),
  script: z.string().describe("module under verify/ that listens on the Unix socket in SOCKET"),
});

export const Task = z.strictObject({
  version: z.literal(1),
  instruction: z.string().min(1),
  verify: z.array(Check).min(1),
  services: z.array(Service).default([]),
  /** A run that changed, added or removed one has failed. */
  protect: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "files of the workspace that the checks rely on, as patterns (tests/**); a run that changes one fails. What a " +
        "check's command names is protected by itself; with ! in front a pattern takes files out",
    ),
  /** Lower than the home's own budgets, never higher. */
  budgets: z
    .strictObject({ steps: z.int().positive().optional(), seconds: z.int().positive().optional() })
    .optional(),
  tags: z.array(z.string()).default([]),
});

export type Check = z.infer<typeof Check>;
export type Service = z.infer<typeof Service>;
export type Task = z.infer<typeof Task>;

/** A task with its place on disk. */
export interface TaskOnDisk {
  /** `suite/task`. */
  readonly id: string;
  /** Absolute path of the task's folder. */
  readonly dir: string;
  readonly task: Task;
}
