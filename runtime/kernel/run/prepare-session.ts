/** What a session needs besides its budgets: services that listen, tools, prompts and skills of the release. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Genome } from "../genome.ts";
import { startServices } from "../suite/services.ts";
import { createToolHost } from "../tools/host.ts";
import { builtinTools, toolSpecs } from "../tools/registry.ts";
import type { RunRequest, Runtime } from "./request.ts";
import type { SessionOptions } from "./session.ts";
import { openSkillShelf, type SkillShelf } from "./skill-shelf.ts";
import { unlessAborted } from "./waiting.ts";

export interface PreparedSession extends AsyncDisposable {
  readonly options: Omit<SessionOptions, "code" | "caps" | "meter" | "recorder" | "player">;
}

/** Disposing stops the services. @throws RatchetError (infrastructure) when a service does not come up */
export async function prepareSession(runtime: Runtime, request: RunRequest): Promise<PreparedSession> {
  const { home, sandbox, model } = runtime;
  const { genome, task, signal, instruction } = request;
  const prompts = await readPrompts(genome.prompts);
  const skills = await shelfOf(genome, prompts[LESSONS] ?? "");
  const tools = builtinTools();
  const services = await startServices({ task, sandbox, signal });
  return {
    options: {
      instruction,
      prompts: { ...prompts, ...shortLessons(prompts[LESSONS]) },
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

/** A release does not change: trials of it share one index. */
function shelfOf(genome: Genome, lessons: string): Promise<SkillShelf> {
  const known = shelves.get(genome);
  if (known !== undefined) return known;
  const opened = openSkillShelf(genome.skills, "/skills", lessons);
  shelves.set(genome, opened);
  // Whoever waits for it hears of the error; the next one tries again.
  opened.catch(() => shelves.delete(genome));
  return opened;
}

const shelves = new WeakMap<Genome, Promise<SkillShelf>>();

const LESSONS = "lessons";
/** Characters of the lessons that every harness is handed; all of them can be searched. */
const MAX_LESSONS = 256 * 1024;

/** Whole lines of the beginning, where there is too much for one message. */
function shortLessons(text: string | undefined): Record<string, string> {
  if (text === undefined || text.length <= MAX_LESSONS) return {};
  return { [LESSONS]: text.slice(0, text.lastIndexOf("\n", MAX_LESSONS) + 1) };
}

/** By name, without `.md`. */
async function readPrompts(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir)).filter((file) => file.endsWith(".md")).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(dir, file), "utf8")));
  return Object.fromEntries(files.map((file, index) => [file.slice(0, -3), texts[index] ?? ""]));
}
