/**
 * Runs a harness in this process, with the real tools, services, library and verifier: a trial without the wall around it.
 * For harnesses whose code is known, planted faults among them; never for patches.
 */
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Sandbox } from "../../guardrails/sandbox/sandbox.ts";
import { ModelError, type Model } from "../../runtime/kernel/model/model.ts";
import type { Harness, Kernel, ToolCall, ToolResult } from "../../runtime/kernel/protocol.ts";
import { openSkillShelf } from "../../runtime/kernel/run/skill-shelf.ts";
import { startServices } from "../../runtime/kernel/suite/services.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { verifyTask } from "../../runtime/kernel/suite/verify.ts";
import { createToolHost } from "../../runtime/kernel/tools/host.ts";
import { builtinTools, toolSpecs } from "../../runtime/kernel/tools/registry.ts";

export interface Setup {
  readonly harness: Harness;
  /** Folders. */
  readonly prompts: string;
  readonly skills: string;
  readonly model: Model;
  readonly outputTokens: number;
  readonly sandbox: Sandbox;
  /** Limits; a task may have lower ones. */
  readonly steps: number;
  readonly seconds: number;
}

export interface Outcome {
  readonly pass: boolean;
  /** What the verifier found and what the harness said last. */
  readonly why: string;
}

/** In a scratch copy of the task's workspace. */
export async function runInProcess(setup: Setup, task: TaskOnDisk): Promise<Outcome> {
  const scratch = await mkdtemp(join(tmpdir(), "ratchet-scenario-"));
  const seconds = Math.min(task.task.budgets?.seconds ?? setup.seconds, setup.seconds);
  const time = new AbortController();
  // A timer of its own keeps the process from ending while a harness only waits.
  const timer = setTimeout(() => time.abort(), seconds * 1000);
  const stop = time.signal;
  const services = await startServices({ task, sandbox: setup.sandbox, signal: stop });
  try {
    const workspace = join(scratch, "workspace");
    await cp(join(task.dir, "workspace"), workspace, { recursive: true });
    const tools = createToolHost({
      tools: builtinTools(),
      policy: { allow: builtinTools().map(({ name }) => name), ask: [], deny: [], hosts: [] },
      context: {
        workspace,
        skills: setup.skills,
        sandbox: setup.sandbox,
        hosts: [],
        services: services.sockets,
        signal: stop,
      },
    });
    const kernel = await kernelOf(setup, task, stop, async (call) => (await tools.call(call)).result);
    const said = await unlessStopped(setup.harness(kernel), stop).then(
      (finish) => `${finish.status}: ${finish.summary}`,
      (error: unknown) => `threw ${String(error)}`,
    );
    const quiet = new AbortController();
    const { verdict, detail } = await verifyTask({
      task,
      workspace,
      sandbox: setup.sandbox,
      signal: quiet.signal,
    });
    const isCrash = said.startsWith("threw TypeError") || said.startsWith("threw RangeError");
    return { pass: verdict === "pass" && !isCrash, why: `${detail}\n${said}` };
  } finally {
    clearTimeout(timer);
    await services.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    stop.addEventListener("abort", () => reject(new Error("the time is up")), { once: true });
  });
  return Promise.race([work, stopped]);
}

async function kernelOf(
  { model, outputTokens, ...setup }: Setup,
  task: TaskOnDisk,
  signal: AbortSignal,
  call: (call: ToolCall) => Promise<ToolResult>,
): Promise<Kernel> {
  const prompts = await promptsIn(setup.prompts);
  const shelf = await openSkillShelf(setup.skills, "/skills", prompts["lessons"]);
  const began = performance.now();
  const steps = Math.min(task.task.budgets?.steps ?? setup.steps, setup.steps);
  let used = 0;
  return {
    hello: {
      type: "hello",
      protocol: 1,
      instruction: task.task.instruction,
      workspace: "/workspace",
      tools: toolSpecs(builtinTools()),
      prompts,
      limits: { steps, context_tokens: model.contextTokens, output_tokens: outputTokens },
    },
    model: {
      async create(request) {
        used += 1;
        if (used > steps) throw onWire({ code: "budget_exhausted", message: "spent", retryable: false });
        const capped = { ...request, max_tokens: Math.min(request.max_tokens ?? outputTokens, outputTokens) };
        try {
          return structuredClone(await model.create(structuredClone(capped), signal));
        } catch (error) {
          throw error instanceof ModelError ? onWire(error.wire) : error;
        }
      },
    },
    tools: { call: async (one) => call(structuredClone(one)) },
    skills: {
      search: async (query, limit = 5, ranking) => shelf.search(query, limit, ranking),
      load: async (name) =>
        shelf.load(name) ??
        Promise.reject(onWire({ code: "not_found", message: `no skill ${name}`, retryable: false })),
    },
    lessons: { search: async (query, limit = 5, ranking) => shelf.searchLessons(query, limit, ranking) },
    note: () => Promise.resolve(),
    aborted: false,
    takeSteering: () => [],
    sleep: (ms) => delay(ms, undefined, { ref: false }),
    elapsed: () => performance.now() - began,
  };
}

function onWire(fields: ModelError["wire"]): Error {
  return Object.assign(new Error(fields.message), fields);
}

async function promptsIn(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir)).filter((file) => file.endsWith(".md"));
  const texts = files.map(async (file) => [file.slice(0, -3), await readFile(join(dir, file), "utf8")]);
  return Object.fromEntries(await Promise.all(texts));
}
