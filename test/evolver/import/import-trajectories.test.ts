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
  readonly trial?: number;
  readonly model?: string;
  readonly said2?: string;
}

function write(name: string, rows: readonly Row[]): string {
  const file = join(folder, name);
  const lines = rows.map(({ said = "Done.", said2, ...row }) =>
    JSON.stringify({
      ...row,
      messages: [
        { role: "user", content: "Go." },
        { role: "assistant", content: said },
        ...(said2 === undefined ? [] : [{ role: "assistant", content: said2 }]),
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

const LIVE = {
  purpose: "live",
  task: null,
  instruction: "do",
  release: "r1",
  model: "m",
  workspace: "/w",
  snapshot: null,
} as const;

test("an id that looks like one made here is not taken, and its own run keeps its name", async () => {
  const store = openStore();
  await importFile(store, write("odd.jsonl", [{ id: "an odd id" }]));
  const [odd] = await store.listRuns();
  const copied = odd?.id ?? "";
  expect(copied).toMatch(/^import-/);
  const other = openStore();
  await importFile(other, write("mimic.jsonl", [{ id: copied }, { id: "an odd id" }]));
  const names = new Map((await other.listRuns()).map(({ id, source }) => [source?.id, id]));
  expect(names.get("an odd id")).toBe(copied);
  expect(names.get(copied)).toMatch(/^import-/);
});

test("the id of a source captures no beginning of another run's id", async () => {
  const store = openStore();
  await importFile(store, write("named.jsonl", [{ id: "import-0" }]));
  const [imported] = await store.listRuns();
  await store.startRun({ ...LIVE, id: "import-0-live" });
  expect((await store.getRun("import-0")).id).toBe("import-0-live");
  await store.startRun({ ...LIVE, id: "import-0-more" });
  await expect(store.getRun("import-0")).rejects.toThrow(imported?.id);
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

test("runs of other files and models with an id that is there are kept beside it, also the next time", async () => {
  const store = openStore();
  const trial = { task_id: 7, trial: 0, reward: 0 };
  const one = write("gpt.jsonl", [{ ...trial, model: "gpt", said: "one" }]);
  const other = write("claude.jsonl", [{ ...trial, model: "claude", said: "two" }]);
  const elsewhere = write("again.jsonl", [{ ...trial, model: "gpt", said: "three" }]);
  for (const file of [one, other, elsewhere])
    expect(await importFile(store, file)).toMatchObject({ added: 1, replaced: 0, failed: 1 });
  for (const file of [one, other, elsewhere])
    expect(await importFile(store, file)).toMatchObject({ added: 0, replaced: 0, unchanged: 1 });
  // The same file with another model is another run, too.
  write("gpt.jsonl", [{ ...trial, model: "gpt-5", said: "four" }]);
  expect(await importFile(store, one)).toMatchObject({ added: 1, replaced: 0 });
  const runs = await store.listRuns({ purpose: "imported" });
  expect(runs.map(({ source }) => source?.id)).toEqual(["7/0", "7/0", "7/0", "7/0"]);
  expect(runs.map(({ id }) => id).filter((id) => /^7\/0-[0-9a-f]{8}$/.test(id))).toHaveLength(3);
  expect(await store.failures.imports()).toHaveLength(4);
  await store.close();
});

test("a run that goes on is replaced from whatever file, and what a person said of it stays", async () => {
  const store = openStore();
  await importFile(store, write("live.jsonl", [{ id: "s", said: "Working." }]));
  await store.append("s", [{ kind: "feedback_given", verdict: "good", why: "just right" }]);
  await store.setOutcome("s", { kind: "feedback", pass: true });
  const grown = write("copy.jsonl", [{ id: "s", said: "Working.", said2: "Done." }]);
  expect(await importFile(store, grown)).toMatchObject({ added: 0, replaced: 1, passed: 1, unlabelled: 0 });
  expect(await store.getRun("s")).toMatchObject({ steps: 2, outcome: { kind: "feedback", pass: true } });
  expect((await store.events("s")).at(-1)?.event).toMatchObject({
    kind: "feedback_given",
    why: "just right",
  });
  expect(await store.failures.imports()).toEqual([]);
  // A label of the source is stronger; the words stay.
  const labelled = write("copy.jsonl", [{ id: "s", said: "Working.", said2: "Done.", reward: 0 }]);
  expect(await importFile(store, labelled)).toMatchObject({ replaced: 1, failed: 1 });
  expect(await store.getRun("s")).toMatchObject({ outcome: { kind: "verified", pass: false } });
  expect(JSON.stringify(await store.events("s"))).toContain("just right");
  await store.close();
});

test("two imports at once count what each of them kept", async () => {
  const file = join(folder, "shared.db");
  const [left, right] = [openSqliteStore(file), openSqliteStore(file)];
  const rows = Array.from({ length: 30 }, (_, index) => ({ id: `r${index}`, reward: 0 }));
  const path = write("shared.jsonl", rows);
  // The second comes in while the first has read all, and stored nothing yet.
  const slow: Store = {
    ...left,
    importRuns: async (...taken) => {
      expect(await importFile(right, path)).toMatchObject({ added: 30, unchanged: 0 });
      return left.importRuns(...taken);
    },
  };
  expect(await importFile(slow, path)).toMatchObject({ added: 0, replaced: 0, unchanged: 30, failed: 30 });
  expect((await left.countRuns()).imported).toBe(30);
  await left.close();
  await right.close();
});

test("rows without an id are the same run under another name of the file", async () => {
  const store = openStore();
  const rows = [{ said: "one" }, { said: "two" }];
  expect(await importFile(store, write("first.jsonl", rows))).toMatchObject({ added: 2 });
  expect(await importFile(store, write("renamed.jsonl", rows.toReversed()))).toMatchObject({
    added: 0,
    unchanged: 2,
  });
  await store.close();
});

test("pass^k is of one agent: it is left out when several models tried", async () => {
  const store = openStore();
  const tries = (model: string) =>
    [0, 1].map((trial) => ({ id: `${model}-${trial}`, task_id: 1, reward: trial, model }));
  const alone = await importFile(store, write("alone.jsonl", tries("a")));
  expect(alone.passHat).toEqual([0.5, 0]);
  const mixed = await importFile(store, write("mixed.jsonl", [...tries("a"), ...tries("b")]));
  expect(mixed.passHat).toEqual([]);
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
  await importFile(
    store,
    write("odd.jsonl", [{ id: "mine" }, { id: "an id with spaces" }, { id: "an id with dots …" }]),
  );
  expect(await store.getRun("mine")).toMatchObject({ purpose: "live" });
  expect((await store.importedAs("openai-chat", "mine"))[0]?.run).toMatch(/^mine-[0-9a-f]{8}$/);
  expect(await store.getRun("an id with sp")).toMatchObject({ source: { id: "an id with spaces" } });
  await expect(store.getRun("import-")).rejects.toThrow("several runs begin with");
  // Of several the one that is a person's own is meant.
  expect(await store.getRun("m")).toMatchObject({ id: "mine" });
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
    /nothing in .* could be read as atif; the first of 1 bad rows: atif\.jsonl, row 1: it looks like openai-chat, not like atif \(steps: /,
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
