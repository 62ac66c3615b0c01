import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Case } from "../../../replay/gate/case.ts";
import { casesOf, readCases, readOutcomes, TableError } from "../../../replay/gate/table.ts";
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

function file(text: string | Buffer): string {
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
  ["NaN", line().replace("0", "NaN"), { fault: "not-json", row: 1, message: /no JSON here/ }],
  [
    "a trial that is no number",
    line({ trial: null }),
    { fault: "not-an-outcome", row: 1, message: /trial: / },
  ],
  [
    "a row of two megabytes, in the middle",
    `${line()}\n${line({ case: "x".repeat(2 ** 21) })}\n${line()}\n`,
    { fault: "not-an-outcome", row: 2, message: /more than 1048576 bytes/ },
  ],
  [
    "a last row of two megabytes that does not end",
    `${line()}\n${"x".repeat(2 ** 21)}`,
    { fault: "not-an-outcome", row: 2, message: /more than 1048576 bytes/ },
  ],
  ["an unknown field", line({ passed: true }), { fault: "not-an-outcome", row: 1, message: /passed/ }],
])("%s", async (_, text, expected) => {
  const found = await fault(() => readOutcomes(file(text)));
  expect(found).toMatchObject({ fault: expected.fault, row: expected.row });
  expect(found.message).toMatch(expected.message);
});

test("what is no UTF-8 is an error, and no name with a replacement character", async () => {
  const bytes = Buffer.from(`${line()}\n${line({ case: "caf\u00E9" })}\n`, "latin1");
  expect(await fault(() => readOutcomes(file(bytes)))).toMatchObject({ fault: "not-json", row: 2 });
  const wide = Buffer.from(`\uFEFF${line()}\n`, "utf16le");
  expect(await fault(() => readOutcomes(file(wide)))).toMatchObject({ fault: "not-json", row: 1 });
});

test("only LF ends a row: a name may hold what else separates lines", async () => {
  const name = "a\u2028b\u0085c";
  const path = file(`${line({ case: name })}\n${line({ case: name, arm: "candidate" })}`);
  expect(await readCases(path)).toMatchObject([{ name }]);
});

test.each([
  ["a directory", () => folder, "no-file", /EISDIR/],
  ["a device without an end of lines", () => "/dev/null", "empty", /has no outcomes/],
])("%s", async (_, path, kind, message) => {
  const found = await fault(() => readCases(path()));
  expect(found.fault).toBe(kind);
  expect(found.message).toMatch(message);
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

test("rows in any order give the same cases as putting each in its place, from memory and from a file", async () => {
  const trials = fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 5 });
  const table = fc.uniqueArray(
    fc.record({ name: fc.constantFrom("a", "b", "c", "d"), trials, bits: fc.nat() }),
    {
      selector: ({ name }) => name,
      minLength: 1,
    },
  );
  await fc.assert(
    fc.asyncProperty(table, fc.infiniteStream(fc.nat()), async (wanted, keys) => {
      const pass = (bits: number, trial: number, arm: number): boolean =>
        ((bits >> (2 * trial + arm)) & 1) === 1;
      const rows = wanted
        .flatMap(({ name, trials, bits }) =>
          trials.flatMap((trial) =>
            (["baseline", "candidate"] as const).map((arm, i) => ({
              case: name,
              arm,
              trial,
              pass: pass(bits, trial, i),
            })),
          ),
        )
        .map((outcome) => ({ outcome, key: keys.next().value ?? 0 }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ outcome }) => outcome);
      const expected = wanted.map(({ name, trials, bits }): Case => {
        const order = trials.toSorted((a, b) => a - b);
        return {
          name,
          role: undefined,
          baseline: order.map((trial) => pass(bits, trial, 0)),
          candidate: order.map((trial) => pass(bits, trial, 1)),
        };
      });
      const byName = (cases: readonly Case[]) => cases.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      expect(byName(casesOf(rows))).toEqual(byName(expected));
      expect(await readCases(file(rows.map((row) => `${JSON.stringify(row)}\n`).join("")))).toEqual(
        casesOf(rows),
      );
    }),
    { seed: 1, numRuns: 60 },
  );
});

test("a row that is missing or doubled anywhere is never judged", () => {
  const rows = ["a", "b"].flatMap((name) =>
    [2, 0, 1].flatMap((trial) => [
      row("baseline", { case: name, trial }),
      row("candidate", { case: name, trial }),
    ]),
  );
  for (const [i, one] of rows.entries()) {
    expect(() => casesOf(rows.toSpliced(i, 1))).toThrow(TableError);
    expect(() => casesOf([...rows, one])).toThrow(`is in row ${i + 1} already`);
  }
  expect(casesOf(rows)).toHaveLength(2);
});
