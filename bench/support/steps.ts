/** Runs of many steps through the real session: sandbox, wire, broker, guard, recorder, store. */
import { cleaner } from "../../guardrails/secrets.ts";
import type { Genome } from "../../runtime/kernel/genome.ts";
import { createMeter } from "../../runtime/kernel/run/meter.ts";
import { prepareSession } from "../../runtime/kernel/run/prepare-session.ts";
import { runSession } from "../../runtime/kernel/run/session.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import { createToolHost } from "../../runtime/kernel/tools/host.ts";
import { builtinTools, toolSpecs } from "../../runtime/kernel/tools/registry.ts";
import type { Bench } from "../figure.ts";
import { idleTool } from "./idle-tool.ts";
import { beginRecordedRun } from "./recorded-run.ts";
import { scriptedModel } from "./scripted-model.ts";

export interface StepsOptions {
  readonly genome: Genome;
  readonly store: Store;
  readonly steps: number;
}

/** One step: from the end of a model call to the beginning of the next, without the tool's `run` in between. */
export interface StepCost {
  /** Milliseconds of wall time. */
  readonly wall: number;
  /** Milliseconds of CPU time of the kernel's process: other work on the machine hardly moves it. */
  readonly cpu: number;
}

const INSTRUCTION = "Read the log and say how many parcels were shipped.";

/** Makes one run of so many steps. It is put together as `runTask` does, with one tool more. */
export async function costOfSteps(bench: Bench, { genome, store, steps }: StepsOptions): Promise<StepCost[]> {
  const { home } = await bench.home();
  const { temp: workspace, sandbox, signal } = bench;
  const { compiled, skills } = genome;
  if (compiled.kind === "broken") throw new Error(`the harness does not start: ${compiled.message}`);
  const { tool, spent } = idleTool();
  const tools = [...builtinTools(), tool];
  const model = scriptedModel(steps, tool.name);
  const policy = { ...home.guardrails.permissions, hosts: home.guardrails.network.hosts };
  const { id, recorder } = await beginRecordedRun(store, INSTRUCTION);
  const meter = createMeter(() => performance.now());
  await using prepared = await prepareSession(
    { home, store, model, sandbox, redact: cleaner([]) },
    { instruction: INSTRUCTION, workspace, genome, purpose: "trial", signal },
  );
  const end = await runSession({
    ...prepared.options,
    code: compiled.dir,
    toolSpecs: toolSpecs(tools),
    tools: (over) =>
      createToolHost({
        tools,
        policy,
        context: { workspace, skills, sandbox, hosts: [], services: new Map(), signal: over },
      }),
    caps: { steps: steps + 1, tokens: Number.MAX_SAFE_INTEGER, usd: undefined, seconds: 120 },
    meter,
    recorder,
  });
  await recorder.settled();
  await store.endRun(id, end.status, meter.totals());
  if (end.status !== "done" || spent.length !== steps || model.entered.length !== steps + 1) {
    throw new Error(
      `a run of ${steps} steps made ${spent.length} and ended as ${end.status}: ${end.summary}`,
    );
  }
  const next = (times: readonly number[], n: number): number => times[n + 1] ?? Number.NaN;
  return spent.map((inTool, n) => ({
    wall: next(model.entered, n) - (model.left[n] ?? Number.NaN) - inTool,
    cpu: next(model.cpu, n) - (model.cpu[n] ?? Number.NaN),
  }));
}
