import { afterAll, beforeAll, expect, test } from "vitest";
import { gamingInTrials } from "../../../replay/gaming/in-trials.ts";
import { runTrial } from "../../../replay/trial.ts";
import type { Genome } from "../../../runtime/kernel/genome.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { harness, makeRuntime, type Kit } from "../../helpers/runtime.ts";

const IDLE = 'return { status: "done", summary: "" };';
const WRITES = `await kernel.tools.call({ id: "a", name: "write", input: { path: "out.txt", content: "x" } });\n${IDLE}`;
const ASKS = `await kernel.model.create({ messages: [{ role: "user", content: "Leave it." }] });\n${IDLE}`;

let kit: Kit;
beforeAll(async () => {
  kit = await makeRuntime({ harness: harness(IDLE) });
});
afterAll(() => kit[Symbol.asyncDispose]());

test("a pass on a workspace that passes as it is needs a model that was asked", async () => {
  const task = await kit.task("instruction: Leave it\nverify: [{ absent: out.txt }]");
  expect(await kinds(task, kit.genome)).toEqual(["no-work"]);
  expect(await kinds(task, await kit.release({ harness: harness(ASKS) }))).toEqual([]);
});

test("what was written is work, and a trial without a pass is nothing", async () => {
  const task = await kit.task("instruction: Write\nverify: [{ file: out.txt, equals: t }]", {
    "verify/t": "x",
  });
  expect(await kinds(task, await kit.release({ harness: harness(WRITES) }))).toEqual([]);
  expect(await kinds(task, kit.genome)).toEqual([]);
  const claimed = await gamingInTrials({ trials: [{ task, pass: true, events: [] }], runtime: kit.runtime });
  expect(claimed.map(({ kind }) => kind)).toEqual(["no-work"]);
});

test("a verifier that cannot decide is an error", async () => {
  const task = await kit.task('instruction: x\nverify: [{ command: ["no-such-program"] }]');
  const trials = [{ task, pass: true, events: [] }];
  await expect(gamingInTrials({ trials, runtime: kit.runtime })).rejects.toThrow(/cannot decide/);
});

async function kinds(task: TaskOnDisk, genome: Genome): Promise<string[]> {
  const { signal } = new AbortController();
  const trial = await runTrial(kit.runtime, { task, genome, purpose: "trial", signal });
  const events = (await kit.stored(trial.id)).map(({ event }) => event);
  const found = await gamingInTrials({ trials: [{ task, pass: trial.pass, events }], runtime: kit.runtime });
  return found.map(({ kind }) => kind);
}
