/** A real home with a store, a sandbox and a model, in a temporary folder: what it takes to run something. */
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cleaner } from "../../guardrails/secrets.ts";
import { detectSandbox } from "../../guardrails/sandbox/detect.ts";
import type { Tier } from "../../guardrails/sandbox/sandbox.ts";
import { materialize, type Genome } from "../../runtime/kernel/genome.ts";
import { git } from "../../runtime/kernel/git.ts";
import { openHome } from "../../runtime/kernel/home/home.ts";
import { initHome } from "../../runtime/kernel/home/init.ts";
import type { Model } from "../../runtime/kernel/model/model.ts";
import { createProcedureModel } from "../../runtime/kernel/model/procedure/model.ts";
import { runTask, type RunRequest, type RunResult, type Runtime } from "../../runtime/kernel/run/run-task.ts";
import { openSqliteStore } from "../../runtime/kernel/store/sqlite.ts";
import { loadTask } from "../../runtime/kernel/suite/load.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { EventOf, StoredEvent, TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";

/** A run with what its trajectory holds. */
export interface Recorded extends RunResult {
  readonly events: readonly TrajectoryEvent[];
}

/** Text by path. */
export type Files = Readonly<Record<string, string>>;

/** What of a genome differs from the naive one. Given, `harness` and `prompts` replace all of theirs. */
export interface GenomeFiles {
  /** By path below `harness/`. */
  readonly harness?: Files;
  /** By path below `prompts/`. */
  readonly prompts?: Files;
  /** By path below `skills/`, in addition to those that ship. */
  readonly skills?: Files;
}

export interface RuntimeOptions extends GenomeFiles {
  readonly model?: Model;
  readonly sandboxTier?: Tier;
  /** Text of agent.yaml behind its first lines, which give version and name. */
  readonly agentYaml?: string;
  readonly guardrailsYaml?: string;
}

export interface Kit extends AsyncDisposable {
  readonly runtime: Runtime;
  /** The genome of the options. */
  readonly genome: Genome;
  /** Another commit, which no branch points to, with its genome on disk. */
  release(files: GenomeFiles): Promise<Genome>;
  /** A new folder with files. */
  folder(files?: Files): string;
  /** A task on disk: text of task.yaml, then files of its folder. */
  task(yaml: string, files?: Files): Promise<TaskOnDisk>;
  /** A run in a new empty workspace, unless the request says otherwise. */
  run(request?: Partial<RunRequest>): Promise<Recorded>;
  /** What the store has of a run. */
  stored(id: string): Promise<readonly StoredEvent[]>;
}

export async function makeRuntime(options: RuntimeOptions = {}): Promise<Kit> {
  const top = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-kit-")));
  const dir = await initHome(join(top, "home"), "naive");
  if (options.agentYaml !== undefined)
    writeFileSync(join(dir, "agent.yaml"), `version: 1\n${options.agentYaml}\n`);
  if (options.guardrailsYaml !== undefined)
    writeFileSync(join(dir, "guardrails.yaml"), `version: 1\n${options.guardrailsYaml}\n`);
  const home = await openHome(dir);
  const runtime: Runtime = {
    home,
    store: openSqliteStore(join(home.state, "store.db")),
    sandbox: await detectSandbox(
      options.sandboxTier === undefined ? {} : { tier: options.sandboxTier, allowPartial: true },
    ),
    model: options.model ?? createProcedureModel(),
    redact: cleaner([]),
  };
  let folders = 0;
  const folder = (files: Files = {}): string => {
    const path = join(top, `folder-${folders++}`);
    mkdirSync(path);
    writeAll(path, files);
    return path;
  };
  const release = async (files: GenomeFiles): Promise<Genome> => {
    const sha = await commitGenome(dir, files);
    return materialize({ repo: dir, sha, paths: home.config.genome, into: join(home.state, "releases") });
  };
  const genome = await release(options);
  return {
    runtime,
    genome,
    folder,
    release,
    async task(yaml, files = {}) {
      const path = join(folder(), "suite", `task-${folders++}`);
      writeAll(path, { ...files, "task.yaml": `version: 1\n${yaml}\n` });
      mkdirSync(join(path, "workspace"), { recursive: true });
      return loadTask(path);
    },
    run(request = {}) {
      const { instruction = request.task?.task.instruction ?? "Do it." } = request;
      const signal = new AbortController().signal;
      return recorded(runtime, {
        workspace: request.workspace ?? folder(),
        genome,
        purpose: "live",
        signal,
        ...request,
        instruction,
      });
    },
    stored: (id) => runtime.store.events(id),
    async [Symbol.asyncDispose]() {
      await runtime.store.close();
      rmSync(top, { recursive: true, force: true });
    },
  };
}

/** Source of a `harness/main.ts` whose `run` has this body, with `kernel` in scope. */
export function harness(body: string, above = ""): Files {
  return { "main.ts": `${above}\nexport async function run(kernel: any) {\n${body}\n}\n` };
}

/** Runs, and keeps what is recorded. @throws what {@link runTask} throws */
export async function recorded(runtime: Runtime, request: RunRequest): Promise<Recorded> {
  const events: TrajectoryEvent[] = [];
  const watch = (event: TrajectoryEvent): void => {
    events.push(event);
    request.watch?.(event);
  };
  return { ...(await runTask(runtime, { ...request, watch })), events };
}

/** The events of one kind. */
export function eventsOf<K extends TrajectoryEvent["kind"]>(result: Recorded, kind: K): EventOf<K>[] {
  return result.events.filter((event): event is EventOf<K> => event.kind === kind);
}

/** A commit on top of HEAD that no branch points to, made by a single process. */
async function commitGenome(repo: string, { harness, prompts, skills }: GenomeFiles): Promise<string> {
  const parts = Object.entries({ harness, prompts, skills }).flatMap(([part, files]) =>
    files === undefined ? [] : [{ part, files }],
  );
  const commands = parts.flatMap(({ part, files }) => [
    ...(part === "skills" ? [] : [`D ${part}`]),
    ...Object.entries(files).map(
      ([path, text]) => `M 100644 inline ${part}/${path}\ndata ${Buffer.byteLength(text)}\n${text}`,
    ),
  ]);
  const head = `commit refs/kit/${randomUUID()}\nmark :1\ncommitter Kit <kit@localhost> 0 +0000\ndata 0\nfrom refs/heads/main^0`;
  return (
    await git(repo).run(["fast-import", "--quiet"], [head, ...commands, "get-mark :1", ""].join("\n"))
  ).trim();
}

function writeAll(root: string, files: Files): void {
  mkdirSync(root, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
