/** From the call of `runTask`, with the scratch workspace ready, to the first `model.create`; and where that time goes. */
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { cleaner } from "../../guardrails/secrets.ts";
import { openSuite } from "../../replay/suites/suite.ts";
import type { Genome } from "../../runtime/kernel/genome.ts";
import { runTask, type Runtime } from "../../runtime/kernel/run/run-task.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { createScratch, type Origin } from "../../runtime/kernel/workspace/scratch.ts";
import { snapshot } from "../../runtime/kernel/workspace/snapshot.ts";
import type { Bench, Figure } from "../figure.ts";
import { summary } from "../stats.ts";
import { FILES, writeFiles } from "../support/files.ts";
import { watchSpawn } from "../support/spawn-watch.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { sqliteStore } from "../support/stores.ts";

const BAR_MS = 250;
const ROUNDS = 2;
const RESTORED_MS = 150;
const RESTORES = 20;

export const trialStart: Figure = {
  name: "trial-start",
  about: "trial start: from runTask to the first model call, and its parts",
  async measure(bench) {
    const { home, shipped, small } = await bench.home();
    await using store = sqliteStore(bench.temp, "trials");
    const tasks = await openSuite(home, "chores-heldout");
    const runtime = { home, store, sandbox: bench.sandbox, redact: cleaner([]) };
    const [first] = tasks;
    if (first === undefined) throw new Error("the suite is empty");
    await startOf(bench, runtime, shipped, first);
    const starts: Start[] = [];
    const bare: Start[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const task of tasks) {
        starts.push(await startOf(bench, runtime, shipped, task));
        bare.push(await startOf(bench, runtime, small, task));
      }
    }
    const restored = await fromSnapshot(bench, runtime, shipped, first);
    const plain = starts.filter(({ services }) => !services);
    const part = (of: readonly Start[], pick: (start: Start) => number): number[] => of.map(pick);
    return [
      summary(
        "trial start",
        "ms",
        part(plain, (start) => start.total),
        { bar: BAR_MS, note: "runTask to first model.create, shipped harness, one at a time" },
      ),
      summary(
        "… tasks that bring HTTP services",
        "ms",
        part(
          starts.filter(({ services }) => services),
          (start) => start.total,
        ),
        { note: "their services are started first" },
      ),
      summary(
        "… runTask to spawn",
        "ms",
        part(plain, (start) => start.toSpawn),
      ),
      summary(
        "… spawn to first request",
        "ms",
        part(plain, (start) => start.toFirstRequest),
        { note: "sandbox, node, bootstrap, harness" },
      ),
      summary(
        "… first request to first model.create",
        "ms",
        part(plain, (start) => start.toModel),
        { note: "skills are looked up" },
      ),
      summary(
        "… spawn to bootstrap, which reads hello next",
        "ms",
        part(bare, (start) => start.toBootstrap),
        { note: "small harness" },
      ),
      summary(
        "… bootstrap to first request",
        "ms",
        part(bare, (start) => start.toFirstRequest - start.toBootstrap),
        { note: "small harness" },
      ),
      summary(
        "scratch copy of the workspace, before it",
        "ms",
        part(starts, (start) => start.copy),
        { note: "chores, up to some MB" },
      ),
      summary(
        `snapshot of ${FILES} files to first request`,
        "ms",
        part(restored, ({ copy, total, toModel }) => copy + total - toModel),
        { bar: RESTORED_MS, note: "restored, then sandbox, node and shipped harness, one at a time" },
      ),
      summary(
        "… its restore",
        "ms",
        part(restored, (start) => start.copy),
      ),
    ];
  },
};

async function fromSnapshot(
  bench: Bench,
  runtime: Omit<Runtime, "model">,
  genome: Genome,
  task: TaskOnDisk,
): Promise<Start[]> {
  const workspace = await mkdtemp(join(bench.temp, "files-"));
  await writeFiles(workspace);
  const store = join(bench.temp, "trial-start.git");
  const { tree } = await snapshot({ workspace, store });
  const starts: Start[] = [];
  for (let n = 0; n < RESTORES; n++)
    starts.push(await startOf(bench, runtime, genome, task, { kind: "snapshot", tree, store }));
  return starts;
}

interface Start {
  readonly copy: number;
  readonly total: number;
  readonly toSpawn: number;
  readonly toFirstRequest: number;
  readonly toModel: number;
  /** NaN unless the harness notes its own age. */
  readonly toBootstrap: number;
  readonly services: boolean;
}

async function startOf(
  bench: Bench,
  shared: Omit<Runtime, "model">,
  genome: Genome,
  task: TaskOnDisk,
  origin: Origin = { kind: "folder", path: join(task.dir, "workspace") },
): Promise<Start> {
  const beforeCopy = performance.now();
  await using scratch = await createScratch(origin);
  const copy = performance.now() - beforeCopy;
  const model = scriptedModel(0, "none");
  const { sandbox, spawned, firstBytes } = watchSpawn(shared.sandbox);
  let age = Number.NaN;
  const began = performance.now();
  const { status, summary } = await runTask(
    { ...shared, sandbox, model },
    {
      instruction: task.task.instruction,
      workspace: scratch.dir,
      genome,
      purpose: "trial",
      task,
      signal: bench.signal,
      watch: (event) => {
        if (event.kind === "noted" && event.note === "started") age = Number(event.data["elapsed"]);
      },
    },
  );
  const called = model.entered[0];
  if (called === undefined)
    throw new Error(`${task.id}: no model call was made, the run ended as ${status}: ${summary}`);
  return {
    copy,
    total: called - began,
    toSpawn: spawned() - began,
    toFirstRequest: firstBytes() - spawned(),
    toModel: called - firstBytes(),
    toBootstrap: firstBytes() - spawned() - age,
    services: task.task.services.length > 0,
  };
}
