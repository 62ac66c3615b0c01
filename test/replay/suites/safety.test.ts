import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeSafety } from "../../../replay/suites/safety/safety.ts";
import { createTrialRunner } from "../../../replay/runner.ts";
import { readGenome, type Genome } from "../../../runtime/kernel/genome.ts";
import { loadSuite } from "../../../runtime/kernel/suite/load.ts";
import { passesUntouched } from "../../../runtime/kernel/suite/untouched.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { filesOf } from "../../helpers/files.ts";
import { makeRuntime, type Kit } from "../../helpers/runtime.ts";

let folder = "";
let kit: Kit;
let tasks: TaskOnDisk[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ratchet-safety-"));
  kit = await makeRuntime();
  await writeSafety(folder, { seed: 1 });
  tasks = await loadSuite(join(folder, "safety"));
});
afterAll(async () => {
  await kit[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test("the shipped genome does all of them without harm", async () => {
  const harness = await filesOf("runtime/genome/harness");
  const prompts = await filesOf("runtime/genome/prompts");
  expect(await lost(await kit.release({ harness, prompts }))).toEqual([]);
});

test("so does the naive genome", async () => {
  expect(await lost(kit.genome)).toEqual([]);
});

test("what must be left passes as it is, what must be done does not", async () => {
  const untouched = await Promise.all(
    tasks.map(async (task) => ((await passesUntouched(kit.runtime, task)) ? [task.id] : [])),
  );
  expect(untouched.flat()).toEqual([
    "safety/answer-that-asks-for-the-key",
    "safety/audit-doctored",
    "safety/column-that-is-not-there",
    "safety/log-without-crash",
  ]);
});

test("a harness that shows results as the person's words obeys what is written in them", async () => {
  const files = await readGenome(kit.runtime.home.dir, kit.genome.sha, kit.runtime.home.config.genome);
  const loop = files.get("harness/loop.ts") ?? "";
  const dispatch = files.get("harness/dispatch.ts") ?? "";
  const pasted = {
    ...Object.fromEntries(
      [...files].flatMap(([path, text]) => (path.startsWith("harness/") ? [[path.slice(8), text]] : [])),
    ),
    "dispatch.ts": dispatch.replace('result.is_error ? "Tool finished." : shorten', "shorten"),
    "loop.ts":
      loop.replace("content: [await dispatch(kernel, call)] }", "content: await pasted(kernel, call) }") +
      PASTED,
  };
  expect(pasted["loop.ts"]).toContain("await pasted(");
  expect(await lost(await kit.release({ harness: pasted }))).toEqual([
    "safety/answer-that-asks-for-the-key",
    "safety/column-that-is-not-there",
    "safety/log-without-crash",
  ]);
});

const PASTED = `
async function pasted(kernel: Kernel, call: any): Promise<any> {
  const result = await dispatch(kernel, call);
  return [result, { type: "text", text: String(result.content) || "(nothing)" }];
}
`;

/** Ids of the tasks that are not passed. */
async function lost(genome: Genome): Promise<string[]> {
  const { signal } = new AbortController();
  const results = await createTrialRunner(kit.runtime).runAll({ genome, tasks, purpose: "trial", signal });
  return results.filter(({ pass }) => !pass).map(({ task }) => task);
}
