/** Tasks on disk, thrown away after each test. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { detectSandbox } from "../../../../guardrails/sandbox/detect.ts";
import type { TaskOnDisk } from "../../../../runtime/kernel/suite/task.ts";
import { Task } from "../../../../runtime/kernel/suite/task.ts";
import type { Verification } from "../../../../runtime/kernel/suite/verification.ts";
import { verifyTask } from "../../../../runtime/kernel/suite/verify.ts";

export interface Desk {
  /** Real path of the suite. */
  readonly suite: string;
  readonly workspace: string;
  /** Writes a file below the suite: `sum/task.yaml`. */
  put(path: string, content: string | Uint8Array): string;
  /** Writes a file into the workspace that a run has left. */
  leave(path: string, content: string | Uint8Array): string;
}

export function desk(): Desk {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-suite-")));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const [suite, workspace] = [join(base, "chores"), join(base, "workspace")];
  mkdirSync(suite);
  mkdirSync(workspace);
  const write = (root: string) => (path: string, content: string | Uint8Array) => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };
  return { suite, workspace, put: write(suite), leave: write(workspace) };
}

/** A task that needs no file of its own: only `verify/`, below `<suite>/t`. */
export function taskOf(at: Desk, fields: Record<string, unknown>): TaskOnDisk {
  return {
    id: "chores/t",
    dir: join(at.suite, "t"),
    task: Task.parse({ version: 1, instruction: "do it", ...fields }),
  };
}

export async function verify(at: Desk, ...checks: unknown[]): Promise<Verification> {
  return verifyTask({
    task: taskOf(at, { verify: checks }),
    workspace: at.workspace,
    sandbox: await detectSandbox(),
    signal: new AbortController().signal,
  });
}
