/**
 * Runs a harness in this process against real tools, services, skills, verifier and the procedure model: what a trial
 * does, without the wall around the harness. For tests of suites and templates.
 */
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { createProcedureModel } from "../../../runtime/kernel/model/procedure/model.ts";
import { ModelError } from "../../../runtime/kernel/model/model.ts";
import type { Harness, Kernel } from "../../../runtime/kernel/protocol.ts";
import { openSkillShelf } from "../../../runtime/kernel/run/skill-shelf.ts";
import { startServices } from "../../../runtime/kernel/suite/services.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { verifyTask } from "../../../runtime/kernel/suite/verify.ts";
import { createToolHost } from "../../../runtime/kernel/tools/host.ts";
import { builtinTools, toolSpecs } from "../../../runtime/kernel/tools/registry.ts";

export const ROOT = join(import.meta.dirname, "../../..");

export interface Genome {
  readonly harness: Harness;
  /** Folders. */
  readonly prompts: string;
  readonly skills: string;
}

export interface Outcome {
  readonly verdict: "pass" | "fail" | "error";
  /** What the verifier found and what the harness said last. */
  readonly why: string;
  readonly toolCalls: number;
}

/** Runs one task in a scratch copy of its workspace. */
export async function runInProcess(genome: Genome, task: TaskOnDisk, sandbox: Sandbox): Promise<Outcome> {
  const scratch = await mkdtemp(join(tmpdir(), "ratchet-suite-"));
  const stop = new AbortController();
  const services = await startServices({ task, sandbox, signal: stop.signal });
  try {
    const workspace = join(scratch, "workspace");
    await cp(join(task.dir, "workspace"), workspace, { recursive: true });
    const tools = createToolHost({
      tools: builtinTools(),
      policy: { allow: builtinTools().map(({ name }) => name), ask: [], deny: [], hosts: [] },
      context: {
        workspace,
        skills: genome.skills,
        sandbox,
        hosts: [],
        services: services.sockets,
        signal: stop.signal,
      },
    });
    const counts = { toolCalls: 0 };
    const kernel = await createKernel(genome, task.task.instruction, async (call) => {
      counts.toolCalls += 1;
      return (await tools.call(call)).result;
    });
    const said = await genome.harness(kernel).then(
      (finish) => `${finish.status}: ${finish.summary}`,
      (error: unknown) => `threw ${String(error)}`,
    );
    const { verdict, detail } = await verifyTask({ task, workspace, sandbox, signal: stop.signal });
    return { verdict, why: `${detail}\n${said}`, ...counts };
  } finally {
    stop.abort();
    await services.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The genome of a new home: starter skills with the files of the template laid over them. */
export async function skillsOf(template: string | undefined, into: string): Promise<string> {
  for (const name of await starterSkills()) {
    await cp(join(ROOT, "skills", name), join(into, name), { recursive: true });
  }
  const overlay = join(ROOT, "runtime/genome/templates", template ?? "", "skills");
  if (template !== undefined) await cp(overlay, into, { recursive: true, force: true });
  return into;
}

export async function starterSkills(): Promise<string[]> {
  const entries = await readdir(join(ROOT, "skills"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function createKernel(
  genome: Genome,
  instruction: string,
  call: Kernel["tools"]["call"],
): Promise<Kernel> {
  const model = createProcedureModel();
  const signal = AbortSignal.timeout(120_000);
  const prompts = await readPrompts(genome.prompts);
  const shelf = await openSkillShelf(genome.skills, "/skills", prompts["lessons"]);
  const began = performance.now();
  return {
    hello: {
      type: "hello",
      protocol: 1,
      instruction,
      workspace: "/workspace",
      tools: toolSpecs(builtinTools()),
      prompts,
      limits: { steps: 40, context_tokens: model.contextTokens, output_tokens: 4_096 },
    },
    model: {
      async create(request) {
        try {
          return await model.create(request, signal);
        } catch (error) {
          throw error instanceof ModelError
            ? Object.assign(new Error(error.wire.message), error.wire)
            : error;
        }
      },
    },
    tools: { call },
    skills: {
      search: async (query, limit = 5, ranking) => shelf.search(query, limit, ranking),
      load: async (name) => shelf.load(name) ?? Promise.reject(new Error(`no skill ${name}`)),
    },
    lessons: { search: async (query, limit = 5, ranking) => shelf.searchLessons(query, limit, ranking) },
    note: async () => {},
    aborted: false,
    takeSteering: () => [],
    sleep: (ms) => delay(ms),
    elapsed: () => performance.now() - began,
  };
}

async function readPrompts(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir)).filter((file) => file.endsWith(".md"));
  const texts = files.map(async (file) => [file.slice(0, -3), await readFile(join(dir, file), "utf8")]);
  return Object.fromEntries(await Promise.all(texts));
}
