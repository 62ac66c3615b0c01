/**
 * Runs one instruction, from the first byte of its trajectory to the last: genome, snapshot, services, session,
 * verifier. Whatever happens in between, the run is closed with what it has.
 */
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BudgetCaps } from "../../../guardrails/budget.ts";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { redact } from "../../../guardrails/secrets.ts";
import { messageOf } from "../error.ts";
import type { Genome } from "../genome.ts";
import type { Home } from "../home/home.ts";
import type { Model } from "../model/model.ts";
import { packageVersion } from "../package.ts";
import type { Outcome, RunTotals, Store } from "../store/store.ts";
import { startServices } from "../suite/services.ts";
import type { TaskOnDisk } from "../suite/task.ts";
import { verifyTask, type Verification } from "../suite/verify.ts";
import { createToolHost } from "../tools/host.ts";
import { builtinTools, toolSpecs } from "../tools/registry.ts";
import type { TrajectoryEvent } from "../trajectory/events.ts";
import { createMeter } from "./meter.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { runSession, type SessionEnd } from "./session.ts";
import { openSkillShelf } from "./skill-shelf.ts";

/** What every run of a process shares. */
export interface Runtime {
  readonly home: Home;
  readonly store: Store;
  readonly model: Model;
  readonly sandbox: Sandbox;
}

export interface RunRequest {
  readonly instruction: string;
  /** Real path of the folder that the agent works in. It is changed by the run. */
  readonly workspace: string;
  readonly genome: Genome;
  readonly purpose: "live" | "trial";
  /** The task of a suite, when it is one: brings the verifier, services and tighter budgets. */
  readonly task?: TaskOnDisk;
  /** Tree of the workspace before the run. */
  readonly snapshot?: string;
  /** Lower caps than the home's. */
  readonly caps?: Partial<BudgetCaps>;
  readonly signal: AbortSignal;
  readonly watch?: (event: TrajectoryEvent) => void;
  /** Asks a person about an action that policy leaves open; without it such an action is denied. */
  readonly approve?: (question: string) => Promise<boolean>;
}

export interface RunResult {
  readonly id: string;
  readonly status: SessionEnd["status"];
  readonly summary: string;
  readonly verification: Verification | undefined;
  readonly totals: RunTotals;
  readonly events: readonly TrajectoryEvent[];
}

/** @throws RatchetError when the store fails; a failing agent, tool, verifier or harness is a result. */
export async function runTask(runtime: Runtime, request: RunRequest): Promise<RunResult> {
  const id = newRunId();
  const events: TrajectoryEvent[] = [];
  const recorder = createRecorder({
    store: runtime.store,
    run: id,
    redact: (text) => redact(text).text,
    watch: (event) => {
      events.push(event);
      request.watch?.(event);
    },
  });
  await begin(runtime, request, id, recorder);
  const meter = createMeter(() => performance.now());
  const end = await session(runtime, request, recorder, meter);
  const verification = await verify(runtime, request, end, recorder);
  recorder.record({ kind: "run_ended", status: end.status });
  await recorder.settled();
  if (verification !== undefined) await runtime.store.setOutcome(id, toOutcome(verification));
  await runtime.store.endRun(id, end.status, meter.totals());
  return { id, ...end, verification, totals: meter.totals(), events };
}

/** Sortable by time, unlikely to meet another of the same millisecond. */
function newRunId(): string {
  return `${Date.now().toString(36)}-${randomBytes(4).toString("hex")}`;
}

async function begin(runtime: Runtime, request: RunRequest, id: string, recorder: Recorder): Promise<void> {
  const { genome, task, snapshot } = request;
  await runtime.store.startRun({
    id,
    purpose: request.purpose,
    task: task?.id ?? null,
    instruction: redact(request.instruction).text,
    release: genome.sha,
    model: runtime.model.name,
    workspace: request.workspace,
    snapshot: snapshot ?? null,
  });
  recorder.record({
    kind: "run_started",
    instruction: request.instruction,
    ...(task !== undefined ? { task: task.id } : {}),
    release: genome.sha,
    model: runtime.model.name,
    sandbox: runtime.sandbox.tier,
    ...(snapshot !== undefined ? { snapshot } : {}),
    kernel_version: packageVersion(),
  });
}

async function session(
  runtime: Runtime,
  request: RunRequest,
  recorder: Recorder,
  meter: ReturnType<typeof createMeter>,
): Promise<SessionEnd> {
  const { home, sandbox, model } = runtime;
  const { genome, task, signal } = request;
  if (genome.compiled.kind === "broken") {
    const { file, line, message } = genome.compiled;
    return { status: "crashed", summary: `the harness does not start: harness/${file}:${line}: ${message}` };
  }
  let services: Awaited<ReturnType<typeof startServices>> | undefined;
  try {
    services = await startServices({ task, sandbox, signal });
    const tools = builtinTools();
    return await runSession({
      instruction: request.instruction,
      code: genome.compiled.dir,
      prompts: await readPrompts(genome.prompts),
      toolSpecs: toolSpecs(tools),
      tools: createToolHost({
        tools,
        policy: { ...home.guardrails.permissions, hosts: home.guardrails.network.hosts },
        context: {
          workspace: request.workspace,
          skills: genome.skills,
          sandbox,
          hosts: [],
          services: services.sockets,
          signal,
        },
        ...(request.approve !== undefined ? { approve: request.approve } : {}),
      }),
      skills: await openSkillShelf(genome.skills, "/skills"),
      model,
      outputTokens: home.config.model.output_tokens,
      sandbox,
      memoryBytes: home.config.sandbox.memory_mb * 1_048_576,
      caps: lowest(home.config.budgets, task?.task.budgets, request.caps),
      meter,
      recorder,
      signal,
    });
  } catch (error) {
    // What keeps one run from going on must not keep its caller from closing it.
    return { status: "crashed", summary: `the run could not go on: ${messageOf(error)}` };
  } finally {
    await services?.stop();
  }
}

async function verify(
  runtime: Runtime,
  { task, workspace, signal }: RunRequest,
  end: SessionEnd,
  recorder: Recorder,
): Promise<Verification | undefined> {
  if (task === undefined || end.status === "aborted") return undefined;
  const verification = await verifyTask({ task, workspace, sandbox: runtime.sandbox, signal });
  recorder.record({ kind: "verified", ...verification });
  return verification;
}

/** A verifier that could not decide is no success. */
function toOutcome({ verdict }: Verification): Outcome {
  return { kind: "verified", pass: verdict === "pass" };
}

async function readPrompts(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir)).filter((file) => file.endsWith(".md")).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(dir, file), "utf8")));
  return Object.fromEntries(files.map((file, index) => [file.slice(0, -3), texts[index] ?? ""]));
}

function lowest(
  budgets: Home["config"]["budgets"],
  ...others: (Partial<BudgetCaps> | { steps?: number | undefined; seconds?: number | undefined } | undefined)[]
): BudgetCaps {
  const all = [{ ...budgets, usd: budgets.usd }, ...others];
  const least = (key: keyof BudgetCaps): number =>
    Math.min(...all.map((caps) => (caps as Partial<BudgetCaps> | undefined)?.[key] ?? Number.POSITIVE_INFINITY));
  const usd = least("usd");
  return {
    steps: least("steps"),
    tokens: least("tokens"),
    seconds: least("seconds"),
    usd: Number.isFinite(usd) ? usd : undefined,
  };
}
