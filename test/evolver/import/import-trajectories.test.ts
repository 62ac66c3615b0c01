/** Imports into a real store: what is kept, what is kept once, and what is said about it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { importTrajectories } from "../../../evolver/import/import-trajectories.ts";
import { passHat } from "../../../evolver/import/pass-hat.ts";
import { openSqliteStore } from "../../../runtime/kernel/store/sqlite.ts";
import type { Store } from "../../../runtime/kernel/store/store.ts";

const folder = mkdtempSync(join(tmpdir(), "ratchet-imports-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let stores = 0;
function openStore(): Store {
  return openSqliteStore(join(folder, `store-${++stores}.db`));
}

interface Row {
  readonly id?: string;
  readonly said?: string;
  readonly reward?: number;
  readonly task_id?: number;
}

function write(name: string, rows: readonly Row[]): string {
  const file = join(folder, name);
  const lines = rows.map(({ said = "Done.", ...row }) =>
    JSON.stringify({
      ...row,
      messages: [
        { role: "user", content: "Go." },
        { role: "assistant", content: said },
      ],
    }),
  );
  writeFileSync(file, lines.join("\n"));
  return file;
}

const importFile = (store: Store, path: string, format = "openai-chat") =>
  importTrajectories(store, { format, path, redact: (text) => text });

test("what was read before an import broke off is kept", async () => {
  const store = openStore();
  const file = write("breaks-off.jsonl", [{ id: "before" }, { id: "after" }]);
  const stop = new AbortController();
  const redact = (text: string): string => {
    if (text === "after") stop.abort(new Error("stopped"));
    return text;
  };
  const options = { format: "openai-chat", path: file, redact, signal: stop.signal };
  await expect(importTrajectories(store, options)).rejects.toThrow("stopped");
  expect((await store.listRuns()).map(({ id }) => id)).toEqual(["before"]);
});

test("the same run is kept once, under its own id; one whose content has changed is replaced", async () => {
  const store = openStore();
  const rows = [
    { id: "a", reward: 0 },
    { id: "b", reward: 1 },
  ];
  expect(await importFile(store, write("x.jsonl", rows))).toMatchObject({
    added: 2,
    unchanged: 0,
    passed: 1,
    failed: 1,
  });
  expect(await importFile(store, write("elsewhere.jsonl", rows))).toMatchObject({ added: 0, unchanged: 2 });
  const changed = [{ ...rows[0], said: "Something else." }, rows[1] ?? {}];
  expect(await importFile(store, write("x.jsonl", changed))).toMatchObject({
    added: 0,
    replaced: 1,
    unchanged: 1,
  });
  expect((await store.countRuns()).imported).toBe(2);
  expect(await store.getRun("a")).toMatchObject({
    id: "a",
    purpose: "imported",
    status: "unknown",
    inputTokens: null,
    outputTokens: null,
    outcome: { kind: "verified", pass: false },
    source: { format: "openai-chat", id: "a" },
  });
  expect(JSON.stringify(await store.events("a"))).toContain("Something else.");
  expect(await store.failures.imports()).toMatchObject([{ run: "a", labelled: true }]);
  await store.close();
});

test("two rows of one import with one id are two runs, also the next time", async () => {
  const store = openStore();
  const file = write("twins.jsonl", [
    { id: "twin", said: "one" },
    { id: "twin", said: "two" },
    { id: "twin", said: "one" },
  ]);
  expect(await importFile(store, file)).toMatchObject({ added: 2, unchanged: 1 });
  expect(await importFile(store, file)).toMatchObject({ added: 0, replaced: 0, unchanged: 3 });
  const twins = await store.listRuns({ purpose: "imported" });
  expect(twins.map(({ source }) => source?.id)).toEqual(["twin", "twin"]);
  expect(new Set(twins.map(({ id }) => id)).size).toBe(2);
  await store.close();
});

test("an id that another run has, or that nobody can type, is kept beside a made one, and found by it", async () => {
  const store = openStore();
  await store.startRun({
    id: "mine",
    purpose: "live",
    task: null,
    instruction: "",
    release: "r",
    model: "m",
    workspace: "/w",
    snapshot: null,
  });
  await importFile(store, write("odd.jsonl", [{ id: "mine" }, { id: "an id with spaces" }]));
  expect(await store.getRun("mine")).toMatchObject({ purpose: "live" });
  expect((await store.importedAs("openai-chat", "mine"))[0]?.run).toMatch(/^import-[0-9a-f]{16}$/);
  expect(await store.getRun("an id with")).toMatchObject({ source: { id: "an id with spaces" } });
  await expect(store.getRun("import-")).rejects.toThrow("several runs begin with");
  await store.close();
});

test("live and trial runs are listed without them", async () => {
  const store = openStore();
  await importFile(store, write("some.jsonl", [{ id: "a", reward: 0 }]));
  expect(await store.listRuns({ purpose: "live" })).toEqual([]);
  expect(await store.listRuns({ purpose: "trial" })).toEqual([]);
  expect(await store.listRuns({ purpose: "imported" })).toHaveLength(1);
  await store.close();
});

test("nothing that can be read is an error that says what was wrong first", async () => {
  const store = openStore();
  await expect(importFile(store, write("atif.jsonl", [{ id: "a" }]), "atif")).rejects.toThrow(
    /nothing in .* could be read as atif; the first of 1 bad rows: atif\.jsonl, row 1: steps: /,
  );
  await expect(importFile(store, write("empty.jsonl", []))).rejects.toThrow("empty.jsonl holds no rows");
  await expect(importFile(store, write("x.jsonl", [{}]), "open-ai")).rejects.toThrow(
    'there is no format "open-ai"',
  );
  expect((await store.countRuns()).imported).toBe(0);
  await store.close();
});

test("a source that knows its costs and no tokens makes no run without tokens", async () => {
  const store = openStore();
  const fixture = join(import.meta.dirname, "../../fixtures/import/django__django-1.traj.json");
  await importFile(store, fixture, "mini-swe-agent");
  expect(await store.getRun("django__django-1")).toMatchObject({
    status: "budget",
    inputTokens: null,
    outputTokens: null,
    costUsd: 0.5,
  });
  await store.close();
});

test("more rows than a batch holds", async () => {
  const store = openStore();
  const rows = Array.from({ length: 450 }, (_, index) => ({
    id: `r${index}`,
    task_id: index % 9,
    reward: index % 2,
  }));
  const done: number[] = [];
  const imported = await importTrajectories(store, {
    format: "openai-chat",
    path: write("many.jsonl", rows),
    redact: (text) => text,
    watch: (n) => done.push(n),
  });
  expect(imported).toMatchObject({ added: 450, passed: 225, failed: 225 });
  expect(imported.passHat[0]).toBeCloseTo(0.5);
  expect(imported.passHat).toHaveLength(50);
  expect(done).toEqual([200, 400, 450]);
  expect(await store.failures.imports()).toHaveLength(225);
  await store.close();
});

test("pass^k is the chance that k tries all pass, over tasks", () => {
  const rounded = (tasks: Parameters<typeof passHat>[0]) =>
    passHat(tasks).map((value) => Math.round(value * 1e4) / 1e4);
  expect(rounded([{ tries: 4, passes: 2 }])).toEqual([0.5, 0.1667, 0, 0]);
  expect(
    rounded([
      { tries: 2, passes: 2 },
      { tries: 3, passes: 0 },
    ]),
  ).toEqual([0.5, 0.5]);
  expect(passHat([])).toEqual([]);
});

/** Folder with the data sets, which a clone lacks. */
const DATA = process.env["RATCHET_DATA"];
const TAUBENCH = join(DATA ?? "", "taubench_airline_gpt4o.jsonl");

test.skipIf(DATA === undefined || !existsSync(TAUBENCH))(
  "tau-bench comes out as pass^1 .42 and pass^4 .20 (skipped unless RATCHET_DATA names the folder of taubench_airline_gpt4o.jsonl)",
  async () => {
    const store = openStore();
    const { added, badRows, failed, passHat: rates } = await importFile(store, TAUBENCH);
    expect({ added, badRows, failed }).toEqual({ added: 200, badRows: 0, failed: 116 });
    expect(rates.map((rate) => Number(rate.toFixed(4)))).toEqual([0.42, 0.2733, 0.22, 0.2]);
    await store.close();
  },
);
