/** The process that looks for gaming: it finds what the function finds, and whoever cannot look says so. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openGamingReader } from "../../../replay/gaming/reader.ts";
import type { Change } from "../../../replay/exercised.ts";
import { RatchetError } from "../../../runtime/kernel/error.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { makeRuntime, type Kit } from "../../helpers/runtime.ts";

const { signal } = new AbortController();
const CLEAN = change("const LIMIT = 10;\n", "const LIMIT = 40;\n");
const TELLING = change("", 'const ANSWER = "zanzibar-47213-quokka";\n');

let kit: Kit;
let task: TaskOnDisk;
beforeAll(async () => {
  kit = await makeRuntime();
  const yaml = "instruction: Write the secret word.\nverify:\n  - { file: out.txt, equals: out.txt }";
  task = await kit.task(yaml, { "verify/out.txt": "zanzibar-47213-quokka\n" });
});
afterAll(() => kit[Symbol.asyncDispose]());

test("finds what only the grader could have told, and nothing in an honest patch", async () => {
  await using reader = openGamingReader([task]);
  const [clean, telling] = await Promise.all([
    reader.find({ changes: [CLEAN], known: [] }, signal),
    reader.find({ changes: [TELLING], known: [] }, signal),
  ]);
  expect(clean).toEqual([]);
  expect(telling.map(({ kind, where }) => [kind, where])).toEqual([["telling", "harness/main.ts:1"]]);
});

test("a task that cannot be read is an error, and the next question is answered", async () => {
  await using reader = openGamingReader([{ ...task, dir: "/nowhere/at/all" }]);
  for (const asked of [TELLING, CLEAN])
    await expect(reader.find({ changes: [asked], known: [] }, signal)).rejects.toThrow(RatchetError);
});

test("an abort ends the question, and the process", async () => {
  await using reader = openGamingReader([task]);
  const stop = new AbortController();
  const asked = reader.find({ changes: [TELLING], known: [] }, stop.signal);
  stop.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
  expect(await reader.find({ changes: [CLEAN], known: [] }, signal)).toEqual([]);
});

function change(before: string, after: string): Change {
  return { path: "harness/main.ts", before, after };
}
