/** Trials and live runs in the folder of a task. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInstruction, runSuite, runTaskFolder } from "../../replay/live.ts";
import { runTrial, type TrialResult } from "../../replay/trial.ts";
import { loadTask } from "../../runtime/kernel/suite/load.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { harness, makeRuntime, type Kit } from "../helpers/runtime.ts";
import { scriptedModel } from "../helpers/scripted-model.ts";

let kit: Kit;
beforeAll(async () => {
  kit = await makeRuntime({ harness: harness('return { status: "done", summary: "done" };') });
});
afterAll(() => kit[Symbol.asyncDispose]());

const signal = new AbortController().signal;
const trial = (task: TaskOnDisk, given = signal): Promise<TrialResult> =>
  runTrial(kit.runtime, { task, genome: kit.genome, purpose: "trial", signal: given });

test.each([
  ["holds", "{ absent: nothing }", { pass: true, undecided: false }],
  ["does not hold", "{ file: none, equals: none }", { pass: false, undecided: false }],
  ["cannot be made", '{ command: ["no-such-program"] }', { pass: false, undecided: true }],
])("a check that %s", async (_, check, expected) => {
  const task = await kit.task(`instruction: x\nverify: [${check}]`, { "verify/none": "" });
  expect(await trial(task)).toMatchObject({ task: task.id, ...expected });
});

test("a run that was stopped is undecided", async () => {
  const task = await kit.task("instruction: x\nverify: [{ absent: nothing }]");
  expect(await trial(task, AbortSignal.abort())).toMatchObject({ pass: false, undecided: true });
});

test("a task without a workspace folder begins with an empty workspace", async () => {
  const task = await kit.task('instruction: x\nverify: [{ command: [sh, -c, "test -z \\"$(ls -A)\\""] }]');
  rmSync(join(task.dir, "workspace"), { recursive: true });
  expect(await trial(await loadTask(task.dir))).toMatchObject({ pass: true });
});

test("a workspace that is no folder is told before anything runs", async () => {
  const task = await kit.task("instruction: x\nverify: [{ absent: nothing }]");
  rmSync(join(task.dir, "workspace"), { recursive: true });
  writeFileSync(join(task.dir, "workspace"), "");
  await expect(loadTask(task.dir)).rejects.toThrow(/task\.yaml:1: workspace\/ is not a folder/);
});

test("a money cap that cannot be kept is refused before anything runs", async () => {
  const runtime = { ...kit.runtime, model: scriptedModel([], { price: undefined }) };
  const task = await kit.task("instruction: x\nverify: [{ absent: nothing }]");
  const options = { signal, caps: { usd: 1 } };
  const before = (await kit.runtime.store.listRuns({ limit: -1 })).length;
  const unknown = "the price of scripted/1 is not known, so a cap of $1 cannot be kept";
  await expect(
    runInstruction(runtime, { ...options, instruction: "x", workspace: kit.folder() }),
  ).rejects.toThrow(unknown);
  await expect(runTaskFolder(runtime, { ...options, dir: task.dir })).rejects.toThrow(unknown);
  await expect(runSuite(runtime, { ...options, suite: "example" })).rejects.toThrow(unknown);
  expect(await kit.runtime.store.listRuns({ limit: -1 })).toHaveLength(before);
});

test("caps of the caller bind every run of a suite, of a task and of an instruction", async () => {
  const ask = 'const ask = () => kernel.model.create({ messages: [{ role: "user", content: "x" }] });';
  await using asks = await makeRuntime({
    harness: harness(`  ${ask}\n  for (;;) await ask();`),
    model: scriptedModel([]),
  });
  const { runtime, genome } = asks;
  const task = await asks.task("instruction: x\nverify: [{ absent: nothing }]");
  const options = { signal, release: genome.sha, caps: { steps: 2 } };
  const results = [
    await runInstruction(runtime, { ...options, instruction: "x", workspace: asks.folder() }),
    await runTaskFolder(runtime, { ...options, dir: task.dir }),
    ...(await runSuite(runtime, { ...options, suite: "example" })),
  ];
  expect(results.map(({ status, totals }) => [status, totals.steps])).toEqual([
    ["budget", 2],
    ["budget", 2],
    ["budget", 2],
  ]);
});
