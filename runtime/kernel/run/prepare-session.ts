/** What a session needs besides its budgets: services that listen, tools, prompts and skills of the release. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { startServices } from "../suite/services.ts";
import { createToolHost } from "../tools/host.ts";
import { builtinTools, toolSpecs } from "../tools/registry.ts";
import type { RunRequest, Runtime } from "./request.ts";
import type { SessionOptions } from "./session.ts";
import { openSkillShelf } from "./skill-shelf.ts";
import { unlessAborted } from "./waiting.ts";

export interface PreparedSession extends AsyncDisposable {
  readonly options: Omit<SessionOptions, "code" | "caps" | "meter" | "recorder" | "player">;
}

/** Disposing stops the services. @throws RatchetError (infrastructure) when a service does not come up */
export async function prepareSession(runtime: Runtime, request: RunRequest): Promise<PreparedSession> {
  const { home, sandbox, model } = runtime;
  const { genome, task, signal, instruction } = request;
  const [prompts, skills] = await Promise.all([
    readPrompts(genome.prompts),
    openSkillShelf(genome.skills, "/skills"),
  ]);
  const tools = builtinTools();
  const services = await startServices({ task, sandbox, signal });
  return {
    options: {
      instruction,
      prompts,
      skills,
      toolSpecs: toolSpecs(tools),
      tools: (over) =>
        createToolHost({
          tools,
          policy: { ...home.guardrails.permissions, hosts: home.guardrails.network.hosts },
          context: {
            workspace: request.workspace,
            skills: genome.skills,
            sandbox,
            hosts: [],
            services: services.sockets,
            signal: over,
          },
          ...approval(request, over),
        }),
      model,
      outputTokens: home.config.model.output_tokens,
      sandbox,
      memoryBytes: home.config.sandbox.memory_mb * 1_048_576,
      signal,
    },
    [Symbol.asyncDispose]: () => services.stop(),
  };
}

/** Nobody waits for the answer of a person once the run is over. */
function approval({ approve }: RunRequest, over: AbortSignal): Pick<RunRequest, "approve"> {
  if (approve === undefined) return {};
  return {
    approve: (question) =>
      unlessAborted(approve(question), over, () => new Error("the run was ended before anybody agreed")),
  };
}

/** By name, without `.md`. */
async function readPrompts(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir)).filter((file) => file.endsWith(".md")).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(dir, file), "utf8")));
  return Object.fromEntries(files.map((file, index) => [file.slice(0, -3), texts[index] ?? ""]));
}
