import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { casesOf, readOutcomes, TableError } from "../../../replay/gate/table.ts";
import type { Outcome } from "../../../replay/gate/outcome.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-table-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (more: Record<string, unknown> = {}) =>
  JSON.stringify({ case: "a", arm: "baseline", trial: 0, pass: false, ...more });
const row = (arm: Outcome["arm"], more: Partial<Outcome> = {}): Outcome => ({
  case: "a",
  arm,
  trial: 0,
  pass: true,
  ...more,
});

function file(text: string): string {
  const path = join(folder, "outcomes.jsonl");
  writeFileSync(path, text);
  return path;
}

async function fault(work: () => unknown): Promise<Partial<TableError>> {
  try {
    await work();
  } catch (error) {
    if (error instanceof TableError) return { fault: error.fault, row: error.row, message: error.message };
    throw error;
  }
  throw new Error("no error");
}

test("reads a file line by line, with a BOM, CRLF and blank lines at the end", async () => {
  const path = file(`\uFEFF${line()}\r\n${line({ arm: "candidate", role: "failing" })}\r\n\r\n\n`);
  expect(await readOutcomes(path)).toEqual([
    { case: "a", arm: "baseline", trial: 0, pass: false },
    { case: "a", arm: "candidate", trial: 0, pass: false, role: "failing" },
  ]);
});

test.each<[string, string, { fault: string; row?: number; message: RegExp }]>([
  ["an empty file", "", { fault: "empty", message: /has no outcomes/ }],
  ["only blank lines", "\n\n", { fault: "empty", message: /has no outcomes/ }],
  ["no JSON", `${line()}\n{"case":\n`, { fault: "not-json", row: 2, message: /^row 2: / }],
  [
    "a blank line in between",
    `${line()}\n\n${line()}\n`,
    { fault: "not-json", row: 2, message: /empty line/ },
  ],
  [
    "an unknown arm",
    `${line()}\n${line({ arm: "control" })}\n`,
    { fault: "not-an-outcome", row: 2, message: /arm: / },
  ],
  ["pass as text", line({ pass: "yes" }), { fault: "not-an-outcome", row: 1, message: /pass: / }],
  ["an unknown field", line({ passed: true }), { fault: "not-an-outcome", row: 1, message: /passed/ }],
])("%s", async (_, text, expected) => {
  const found = await fault(() => readOutcomes(file(text)));
  expect(found).toMatchObject({ fault: expected.fault, row: expected.row });
  expect(found.message).toMatch(expected.message);
});

test("a file that is not there is an error of the table too", async () => {
  expect(await fault(() => readOutcomes(join(folder, "none.jsonl")))).toMatchObject({ fault: "no-file" });
});

test.each<[string, Outcome[], { fault: string; row: number | undefined; message: RegExp }]>([
  ["nothing", [], { fault: "empty", row: undefined, message: /no outcomes/ }],
  [
    "the same trial twice",
    [row("baseline"), row("candidate"), row("baseline", { pass: false })],
    { fault: "duplicate", row: 3, message: /case "a", arm baseline, trial 0 is in row 1 already/ },
  ],
  [
    "a case with one arm",
    [row("baseline"), row("candidate"), row("baseline", { case: "b" })],
    { fault: "missing-arm", row: 3, message: /case "b" has no candidate rows/ },
  ],
  [
    "a case without a baseline",
    [row("candidate")],
    { fault: "missing-arm", row: 1, message: /case "a" has no baseline rows/ },
  ],
  [
    "a trial that one arm lacks",
    [row("baseline"), row("candidate"), row("candidate", { trial: 1 })],
    { fault: "missing-trial", row: 3, message: /no baseline row for trial 1/ },
  ],
  [
    "a case with two roles",
    [row("baseline", { role: "failing" }), row("candidate", { role: "bank" })],
    { fault: "two-roles", row: 2, message: /bank here and failing in row 1/ },
  ],
])("%s", async (_, outcomes, expected) => {
  const found = await fault(() => casesOf(outcomes));
  expect(found).toMatchObject({ fault: expected.fault, row: expected.row });
  expect(found.message).toMatch(expected.message);
});

test("cases keep the order of the table, trials their own", () => {
  const cases = casesOf([
    row("candidate", { case: "z", trial: 5, pass: false }),
    row("candidate", { case: "z", trial: 2 }),
    row("baseline", { case: "z", trial: 2, pass: false }),
    row("baseline", { case: "z", trial: 5 }),
    row("baseline"),
    row("candidate"),
  ]);
  expect(cases).toEqual([
    { name: "z", role: undefined, baseline: [false, true], candidate: [true, false] },
    { name: "a", role: undefined, baseline: [true], candidate: [true] },
  ]);
});
