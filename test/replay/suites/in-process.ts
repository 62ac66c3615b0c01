/**
 * Runs a harness in this process against real tools, real skills and the procedure model: what a suite does, without
 * the wall around the harness. For tests of suites and templates; everything else runs harnesses through the kernel.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { createProcedureModel } from "../../../runtime/kernel/model/procedure/model.ts";
import { ModelError } from "../../../runtime/kernel/model/model.ts";
import type { Harness, Kernel } from "../../../runtime/kernel/protocol.ts";
import { openSkillShelf } from "../../../runtime/kernel/run/skill-shelf.ts";
import { Task } from "../../../runtime/kernel/suite/task.ts";
import { createToolHost } from "../../../runtime/kernel/tools/host.ts";
import { builtinTools, toolSpecs } from "../../../runtime/kernel/tools/registry.ts";
import { passes } from "./passes.ts";

/** A genome as files: the folder of each part. */
export interface GenomeFolders {
  readonly harness: Harness;
  readonly prompts: string;
  readonly skills: string;
}

export interface Outcome {
  readonly passed: boolean;
  /** Why not: the failed check, or the error that ended the harness. */
  readonly why: string;
  readonly said: string;
  readonly modelCalls: number;
  readonly toolCalls: number;
}

/** Runs one task in a scratch copy of its workspace. */
export async function runInProcess(
  genome: GenomeFolders,
  taskDir: string,
  sandbox: Sandbox,
): Promise<Outcome> {
  const scratch = await mkdtemp(join(tmpdir(), "ratchet-suite-"));
  const task = Task.parse(parse(await readFile(join(taskDir, "task.yaml"), "utf8")));
  const stop = new AbortController();
  const counts = { modelCalls: 0, toolCalls: 0 };
  try {
    const workspace = join(scratch, "workspace");
    await cp(join(taskDir, "workspace"), workspace, { recursive: true });
    const services = await startServices(task, taskDir, scratch, stop.signal);
    const kernel = await createKernel(genome, task.instruction, { workspace, services, sandbox, counts });
    const said = await genome.harness(kernel).then(
      (finish) => `${finish.status}: ${finish.summary}`,
      (error: unknown) => `threw ${String(error)}`,
    );
    const why = await passes(task, workspace, join(taskDir, "verify"));
    return { passed: why === undefined, why: why ?? "", said, ...counts };
  } finally {
    stop.abort();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function startServices(task: Task, taskDir: string, scratch: string, signal: AbortSignal) {
  const sockets = new Map<string, string>();
  for (const { host, script } of task.services) {
    const socket = join(scratch, `${host}.sock`);
    const child = spawn(process.execPath, [join(taskDir, "verify", script)], {
      env: { SOCKET: socket },
      stdio: "inherit",
    });
    signal.addEventListener("abort", () => child.kill());
    const gone = once(child, "exit").then(() => true);
    while (!existsSync(socket))
      if (await Promise.race([gone, delay(5, false)])) throw new Error(`${script} ended`);
    sockets.set(host, socket);
  }
  return sockets;
}

async function createKernel(
  genome: GenomeFolders,
  instruction: string,
  about: {
    workspace: string;
    services: ReadonlyMap<string, string>;
    sandbox: Sandbox;
    counts: { modelCalls: number; toolCalls: number };
  },
): Promise<Kernel> {
  const { workspace, services, sandbox, counts } = about;
  const model = createProcedureModel();
  const signal = AbortSignal.timeout(120_000);
  const tools = builtinTools();
  const host = createToolHost({
    tools,
    policy: { allow: ["bash", "read", "write", "edit", "grep", "glob", "http"], ask: [], deny: [], hosts: [] },
    context: { workspace, skills: genome.skills, sandbox, hosts: [], services, signal },
  });
  const shelf = await openSkillShelf(genome.skills, "/skills");
  const began = performance.now();
  return {
    hello: {
      type: "hello",
      protocol: 1,
      instruction,
      workspace: "/workspace",
      tools: toolSpecs(tools),
      prompts: await readPrompts(genome.prompts),
      limits: { steps: 60, context_tokens: model.contextTokens, output_tokens: 4_096 },
    },
    model: {
      async create(request) {
        counts.modelCalls += 1;
        try {
          return await model.create(request, signal);
        } catch (error) {
          throw error instanceof ModelError
            ? Object.assign(new Error(error.wire.message), error.wire)
            : error;
        }
      },
    },
    tools: {
      async call(call) {
        counts.toolCalls += 1;
        return (await host.call(call)).result;
      },
    },
    skills: {
      search: (query, limit = 5) => shelf.search(query, limit),
      async load(name) {
        return shelf.load(name) ?? Promise.reject(new Error(`no skill ${name}`));
      },
    },
    note: async () => {},
    aborted: false,
    takeSteering: () => [],
    sleep: (ms) => delay(ms),
    elapsed: () => performance.now() - began,
  };
}

async function readPrompts(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir)).filter((file) => file.endsWith(".md"));
  const texts = await Promise.all(
    files.map(async (file) => [file.slice(0, -3), await readFile(join(dir, file), "utf8")]),
  );
  return Object.fromEntries(texts);
}

/** Starter skills with the files of a template laid over them, as `agent init` does it. */
export async function skillsOf(template: string | undefined, into: string): Promise<string> {
  const root = join(import.meta.dirname, "../../..");
  await mkdir(into, { recursive: true });
  for (const entry of await readdir(join(root, "skills"), { withFileTypes: true })) {
    if (entry.isDirectory())
      await cp(join(root, "skills", entry.name), join(into, entry.name), { recursive: true });
  }
  if (template !== undefined) {
    await cp(join(root, "runtime/genome/templates", template, "skills"), into, {
      recursive: true,
      force: true,
    });
  }
  return into;
}
