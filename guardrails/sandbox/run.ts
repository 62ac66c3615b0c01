import type { Exit, Sandbox, SandboxSpec } from "./sandbox.ts";
import type { Readable } from "node:stream";

export interface RunResult {
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
  /** From spawn until nothing of the tree was left. */
  readonly ms: number;
}

/** Runs to the end and collects the output as UTF-8. What came before a limit was reached is kept. Never rejects. */
export async function runSandboxed(sandbox: Sandbox, spec: SandboxSpec): Promise<RunResult> {
  const begun = performance.now();
  const child = sandbox.spawn(spec);
  const [exit, stdout, stderr] = await Promise.all([child.exit, text(child.stdout), text(child.stderr)]);
  return { exit, stdout, stderr, ms: performance.now() - begun };
}

async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
