/** Whether a task is solved before anybody has done anything. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { RatchetError } from "../error.ts";
import { createScratch } from "../workspace/scratch.ts";
import type { TaskOnDisk } from "./task.ts";
import { verifyTask } from "./verify.ts";

/**
 * Runs the verifier on a fresh copy of the task's workspace; once for each task object in this process.
 * @throws RatchetError (infrastructure) when the verifier cannot decide
 */
export function passesUntouched(runtime: { readonly sandbox: Sandbox }, task: TaskOnDisk): Promise<boolean> {
  const known = found.get(task);
  if (known !== undefined) return known;
  const answer = verifyUntouched(runtime.sandbox, task);
  found.set(task, answer);
  return answer;
}

const found = new WeakMap<TaskOnDisk, Promise<boolean>>();

async function verifyUntouched(sandbox: Sandbox, task: TaskOnDisk): Promise<boolean> {
  const path = join(task.dir, "workspace");
  await using scratch = await createScratch(existsSync(path) ? { kind: "folder", path } : { kind: "empty" });
  const { signal } = new AbortController();
  const { verdict, detail } = await verifyTask({ task, workspace: scratch.dir, sandbox, signal });
  if (verdict !== "error") return verdict === "pass";
  throw new RatchetError(
    "infrastructure",
    `${task.id}: the verifier cannot decide on the workspace as it is: ${detail}`,
    "A check has to give an answer whatever is in the workspace.",
  );
}
