/** Runs the command line as a person does: the launcher, under the node of the machine. */
import { spawn, type StdioOptions } from "node:child_process";
import { packageFile } from "../../runtime/kernel/package.ts";
import { systemNode } from "../machine.ts";
import { watchMemory, type PeakMemory } from "./memory.ts";

/** The launcher in this clone. */
export const CLONE = packageFile("runtime/cli/launch.cjs");

export interface ChildOptions {
  readonly launcher: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly signal: AbortSignal;
}

export interface ChildResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  readonly memory: PeakMemory;
}

export async function runAgent({ launcher, args, cwd, signal }: ChildOptions): Promise<ChildResult> {
  const stdio: StdioOptions = ["ignore", "pipe", "pipe"];
  const began = performance.now();
  const child = spawn(systemNode(), [launcher, ...args], { cwd, stdio, signal, killSignal: "SIGTERM" });
  const memory = watchMemory(child.pid ?? 0);
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  try {
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once("error", reject).once("close", resolve),
    );
    return { code, ...output, ms: performance.now() - began, memory: memory.stop() };
  } finally {
    memory.stop();
  }
}
