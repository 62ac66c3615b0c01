/** A workspace, skills and a tool host over real parts, thrown away after each test. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Policy } from "../../../../guardrails/policy.ts";
import { detectSandbox } from "../../../../guardrails/sandbox/detect.ts";
import type { ToolResult } from "../../../../runtime/kernel/protocol.ts";
import { createToolHost, type Called, type ToolHostOptions } from "../../../../runtime/kernel/tools/host.ts";
import { builtinTools } from "../../../../runtime/kernel/tools/registry.ts";
import type { ToolContext } from "../../../../runtime/kernel/tools/tool.ts";

export interface Bench {
  readonly base: string;
  readonly workspace: string;
  readonly skills: string;
  /** Writes a file below the base: `workspace/a.txt`. */
  put(path: string, content: string | Uint8Array): string;
  call(name: string, input: unknown): Promise<ToolResult>;
  /** With the decision. */
  called(name: string, input: unknown): Promise<Called>;
}

export interface BenchOptions {
  readonly policy?: Partial<Policy>;
  readonly context?: Partial<ToolContext>;
  readonly approve?: ToolHostOptions["approve"];
}

export async function bench({ policy, context, approve }: BenchOptions = {}): Promise<Bench> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-tools-")));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const [workspace, skills] = [join(base, "workspace"), join(base, "skills")];
  mkdirSync(workspace);
  mkdirSync(skills);
  const host = createToolHost({
    tools: builtinTools(),
    policy: { allow: [], ask: [], deny: [], hosts: [], ...policy },
    context: {
      workspace,
      skills,
      sandbox: await detectSandbox(),
      hosts: [],
      services: new Map(),
      signal: new AbortController().signal,
      ...context,
    },
    ...(approve !== undefined ? { approve } : {}),
  });
  const called = (name: string, input: unknown): Promise<Called> => host.call({ id: "1", name, input });
  return {
    base,
    workspace,
    skills,
    put(path, content) {
      const file = join(base, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    called,
    call: async (name, input) => (await called(name, input)).result,
  };
}
