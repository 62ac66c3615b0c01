/** File checks of a task, read as `runtime/kernel/suite/task.ts` words them. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Check, Task } from "../../../runtime/kernel/suite/task.ts";

/** The first check that fails, in words; undefined when all pass. */
export async function passes(task: Task, workspace: string, verify: string): Promise<string | undefined> {
  for (const check of task.verify) {
    const problem = await failed(check, workspace, verify);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function failed(check: Check, workspace: string, verify: string): Promise<string | undefined> {
  if ("command" in check) throw new Error("the suites have no command checks");
  if ("absent" in check) {
    return existsSync(join(workspace, check.absent)) ? `${check.absent} is still there` : undefined;
  }
  const path = join(workspace, check.file);
  if (!existsSync(path)) return `${check.file} is missing`;
  const [found, truth] = await Promise.all([readFile(path), readFile(join(verify, check.equals))]);
  return equal(found, truth, check.as) ? undefined : `${check.file} differs from ${check.equals}`;
}

function equal(found: Buffer, truth: Buffer, as: "bytes" | "text" | "json" | "lines" | "number"): boolean {
  const [a, b] = [found.toString(), truth.toString()];
  switch (as) {
    case "bytes":
      return found.equals(truth);
    case "text":
      return trimmed(a) === trimmed(b);
    case "lines":
      return isDeepStrictEqual(trimmed(a).split("\n").toSorted(), trimmed(b).split("\n").toSorted());
    case "number":
      return a.trim() !== "" && Math.abs(Number(a) - Number(b)) <= 1e-9;
    case "json":
      return isDeepStrictEqual(JSON.parse(a), JSON.parse(b));
  }
}

function trimmed(text: string): string {
  return text.replace(/[^\S\n]+$/gm, "").trimEnd();
}
