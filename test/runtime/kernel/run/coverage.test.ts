/** What becomes of a report of lines that cannot have run. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../../guardrails/sandbox/sandbox.ts";
import { packageFile } from "../../../../runtime/kernel/package.ts";
import { checkCoverage } from "../../../../runtime/kernel/run/coverage.ts";
import {
  eventsOf,
  harness,
  makeRuntime,
  recorded,
  type Kit,
  type Recorded,
} from "../../../helpers/runtime.ts";

let kit: Kit;
beforeAll(async () => {
  kit = await makeRuntime({ harness: harness('  return { status: "done", summary: "" };') });
});
afterAll(() => kit[Symbol.asyncDispose]());

/** A run whose bootstrap reports this, as one would that the harness has broken. */
async function runReporting(coverage: string): Promise<Recorded> {
  const text = readFileSync(packageFile("runtime/kernel/harness/boot.mjs"), "utf8");
  const lying = text.replace("coverage: profiler && takeCoverage(profiler)", () => `coverage: ${coverage}`);
  expect(lying).not.toBe(text);
  const source = join(kit.folder(), "boot.mjs");
  writeFileSync(source, lying);
  const { sandbox } = kit.runtime;
  const swapped: Sandbox = {
    tier: sandbox.tier,
    full: sandbox.full,
    spawn: (spec) =>
      sandbox.spawn({
        ...spec,
        mounts: spec.mounts.map((mount) =>
          mount.target === "/kernel/boot.mjs" ? { ...mount, source } : mount,
        ),
      }),
  };
  return recorded(
    { ...kit.runtime, sandbox: swapped },
    {
      instruction: "Do it.",
      workspace: kit.folder(),
      genome: kit.genome,
      purpose: "live",
      signal: new AbortController().signal,
    },
  );
}

test.each([
  [
    "a file that is not there",
    '{ "harness/main.ts": [2], "harness/loop.ts": [1] }',
    "no file harness/loop.ts",
  ],
  ["a line behind the last", '{ "harness/main.ts": [2, 900] }', "line 900 of harness/main.ts, which has 5"],
])("a report with %s is noted and left out", async (_, report, reason) => {
  const result = await runReporting(report);
  expect(result.status).toBe("done");
  expect(eventsOf(result, "noted")).toEqual([
    { kind: "noted", note: "coverage_refused", data: { reason: expect.stringContaining(reason) } },
  ]);
  const [exit] = eventsOf(result, "harness_exited");
  expect(exit?.exit).toBe("exit code 0");
  expect(exit).not.toHaveProperty("coverage");
});

test("a report that can be true is kept as it is", async () => {
  const result = await runReporting('{ "harness/main.ts": [3] }');
  expect(eventsOf(result, "noted")).toEqual([]);
  expect(eventsOf(result, "harness_exited")[0]?.coverage).toEqual({ "harness/main.ts": [3] });
});

test.each([
  ["no lines", {}, "plausible"],
  ["every line", { "harness/main.ts": [1, 2, 3], "harness/sub/b.ts": [1] }, "plausible"],
  ["a line too many", { "harness/main.ts": [1, 2, 3, 4] }, "refused"],
  ["a line twice, so without end", { "harness/main.ts": [1, 1] }, "refused"],
  ["lines out of order", { "harness/main.ts": [2, 1] }, "refused"],
  ["another spelling of a file", { "harness/../harness/main.ts": [1] }, "refused"],
  ["a file outside", { "harness/../../secret": [1] }, "refused"],
  ["a folder", { "harness/sub": [1] }, "refused"],
  ["a name that every object has", { constructor: [1] }, "refused"],
])("%s", async (_, coverage, kind) => {
  const code = kit.folder({ "main.ts": "a;\nb;\nc;", "sub/b.ts": "d;" });
  expect(await checkCoverage(coverage as Record<string, number[]>, code)).toMatchObject({ kind });
});

test("without the harness to compare with nothing is believed; a long name does not make a long reason", async () => {
  expect(await checkCoverage({ "harness/main.ts": [1] }, join(kit.folder(), "gone"))).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("could not be read"),
  });
  const long = await checkCoverage({ ["x".repeat(100_000)]: [1] }, kit.folder());
  expect(long.kind === "refused" && long.reason.length).toBe(300);
});
