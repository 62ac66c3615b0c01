/** Failures of a real store in clusters: imported, in any order, bit by bit. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { clusterId } from "../../../evolver/clusters/cluster.ts";
import { ANALYSIS, NOTHING_SEEN } from "../../../evolver/clusters/digest.ts";
import { findCluster, listFailures, type Failures } from "../../../evolver/clusters/failures.ts";
import { hypothesesOf, showCluster } from "../../../evolver/clusters/show-cluster.ts";
import { summarise } from "../../../evolver/clusters/summarise.ts";
import { importTrajectories } from "../../../evolver/import/import-trajectories.ts";
import { openHome, type Home } from "../../../runtime/kernel/home/home.ts";
import { openSqliteStore } from "../../../runtime/kernel/store/sqlite.ts";
import type { Store } from "../../../runtime/kernel/store/store.ts";
import { makeHome } from "../../helpers/home.ts";

const folder = mkdtempSync(join(tmpdir(), "ratchet-clusters-"));
const made = makeHome({
  "agent.yaml": "version: 1\nmodel: { provider: procedure }\n",
  "guardrails.yaml": "version: 1\n",
  "harness/main.ts": "export const run = 1;\n",
});
const home: Home = await openHome(made.repo);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await made[Symbol.asyncDispose]();
});

let files = 0;
const openStore = (): Store => openSqliteStore(join(folder, `store-${++files}.db`));

interface Run {
  readonly id: string;
  /** What the tool answered. */
  readonly error: string;
  readonly timestamp?: string;
  readonly success?: boolean;
  /** Replies that were made before. */
  readonly before?: number;
  /** Who made the others. */
  readonly doer?: string;
}

/** A run that failed since its one tool call did. */
function rowOf({ id, error, before = 0, success = false, timestamp, doer }: Run): object {
  const by = (agent: string | undefined): object => (doer === undefined ? {} : { extra: { agent } });
  const steps = [
    { source: "user", message: "Go." },
    ...Array.from({ length: before }, (_, index) => ({
      source: "agent",
      message: `Thinking, ${index}.`,
      ...by("Thinker"),
    })),
    {
      source: "agent",
      message: "",
      ...by(doer),
      tool_calls: [{ tool_call_id: "c", function_name: "query", arguments: { q: id } }],
      observation: { results: [{ source_call_id: "c", content: error }] },
    },
    { source: "agent", message: "Done.", ...by(doer) },
  ];
  return {
    schema_version: "ATIF-v1.7",
    trajectory_id: id,
    steps: steps.map((step) => (timestamp === undefined ? step : { ...step, timestamp })),
    extra: { success },
  };
}

async function bring(store: Store, rows: readonly object[]): Promise<void> {
  const path = join(folder, `rows-${++files}.jsonl`);
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  await importTrajectories(store, { format: "atif", path, redact: (text) => text });
}

const table = (name: string) => `Error: there is no table ${name} in this database`;
const RUNS: readonly Run[] = [
  ...["users", "users", "orders", "bills"].map((name, index) => ({
    id: `t${index}`,
    error: table(name),
    before: index,
  })),
  { id: "d0", error: "Error: permission denied" },
];

const shapeOf = ({ clusters }: Failures) =>
  clusters.map(({ id, template, runs, medoid }) => ({
    id,
    template,
    medoid,
    runs: runs.map(({ run }) => run).toSorted(),
  }));

test("near-equal failures are one cluster; counts, share and the median run say what it is", async () => {
  const store = openStore();
  await bring(store, [...RUNS.map(rowOf), rowOf({ id: "ok", error: "3 rows", success: true })]);
  const found = await listFailures(home, store);
  expect(found).toMatchObject({ of: 6, unlabelled: 0 });
  const [tables, denied] = found.clusters;
  expect(found.clusters).toHaveLength(2);
  expect(tables).toMatchObject({
    kind: "tool-error",
    template: "query: Error: there is no table <*> in this database",
    share: 4 / 6,
    // The most frequent signature is the nearest to all; of its two runs the one with fewer steps.
    medoid: "t0",
  });
  expect(tables?.id).toBe(
    clusterId({ kind: "tool-error", template: "query: Error: there is no table users in this database" }),
  );
  expect(denied?.runs.map(({ source }) => source)).toEqual(["d0"]);
  await store.close();
});

test("the order in which failures came does not matter", async () => {
  const [one, other] = [openStore(), openStore()];
  await bring(one, RUNS.map(rowOf));
  await bring(other, RUNS.toReversed().map(rowOf));
  expect(shapeOf(await listFailures(home, other))).toEqual(shapeOf(await listFailures(home, one)));
  await Promise.all([one.close(), other.close()]);
});

test("what comes later joins what is there; ids stay, and the cycle's id of a member leads to it", async () => {
  const store = openStore();
  await bring(store, [rowOf({ id: "a", error: table("users") })]);
  const [before] = (await listFailures(home, store)).clusters;
  await bring(
    store,
    Array.from({ length: 5 }, (_, n) => rowOf({ id: `b${n}`, error: table("orders") })),
  );
  const found = await listFailures(home, store);
  expect(found.clusters).toHaveLength(1);
  expect(found.clusters[0]).toMatchObject({
    id: before?.id,
    template: "query: Error: there is no table <*> in this database",
  });
  expect(found.clusters[0]?.runs).toHaveLength(6);
  const orders = clusterId({
    kind: "tool-error",
    template: "query: Error: there is no table orders in this database",
  });
  expect((await findCluster(store, found, orders)).id).toBe(before?.id);
  expect((await findCluster(store, found, before?.id.slice(0, 5) ?? "")).id).toBe(before?.id);
  await expect(findCluster(store, found, "zzz")).rejects.toThrow('there is no cluster "zzz"');
  await store.close();
});

test("hypotheses count steps as the source does, and name the author", async () => {
  const store = openStore();
  await bring(store, [rowOf({ id: "a", error: table("users"), before: 3, doer: "Doer" })]);
  const found = await listFailures(home, store);
  const shown = await showCluster(store, found.clusters[0] as (typeof found.clusters)[number]);
  expect(shown.hypotheses[0]).toMatchObject({ step: 4, agent: "Doer", category: "tool-error" });
  expect(shown.events[shown.pivot]?.event).toMatchObject({ source: { step: 4, agent: "Doer" } });
  expect(shown.medoid.id).toBe("a");
  await store.close();
});

test("the trend is the last week up to the newest failure, and the week before", async () => {
  const store = openStore();
  const days = ["2026-03-01", "2026-03-09", "2026-03-10", "2026-03-15", "2026-03-16"];
  await bring(
    store,
    days.map((day, n) => rowOf({ id: `r${n}`, error: table("users"), timestamp: `${day}T12:00:00Z` })),
  );
  expect((await listFailures(home, store)).clusters[0]?.trend).toEqual({ recent: 3, before: 1 });
  await store.close();
});

test("runs without a label are taken for failures, and said to be none that is known when nothing was seen", async () => {
  const store = openStore();
  const unlabelled = (run: Run) => ({ ...rowOf(run), extra: {} });
  await bring(store, [
    unlabelled({ id: "symptom", error: table("users") }),
    unlabelled({ id: "clean", error: "3 rows" }),
    unlabelled({ id: "clean-too", error: "4 rows" }),
  ]);
  const { clusters, unlabelled: count } = await listFailures(home, store);
  expect(count).toBe(3);
  // Last, though it is the biggest.
  expect(clusters.map(({ runs }) => runs.length)).toEqual([1, 2]);
  expect(clusters[1]).toMatchObject({ title: NOTHING_SEEN.template, id: clusterId(NOTHING_SEEN) });
  await store.close();
});

test("a choice of sources", async () => {
  const store = openStore();
  await bring(store, RUNS.map(rowOf));
  expect((await listFailures(home, store, { source: "own" })).clusters).toEqual([]);
  expect((await listFailures(home, store, { source: "imported" })).of).toBe(5);
  expect((await listFailures(home, store, { source: "atif" })).of).toBe(5);
  expect(await listFailures(home, store, { source: "openai-chat" })).toMatchObject({ of: 0, clusters: [] });
  await store.close();
});

test("what an older analysis found out is found out again, from the store", async () => {
  const store = openStore();
  await bring(store, [rowOf({ id: "a", error: table("users") })]);
  const stale = { id: "0".repeat(12), kind: "gave-up", template: "an older opinion" };
  await store.failures.put([{ run: "a", analysis: "0.0.0/0", signature: stale, digest: {} }]);
  expect((await listFailures(home, store)).clusters.map(({ kind }) => kind)).toEqual(["tool-error"]);
  expect(await store.failures.isDigested("a", ANALYSIS)).toBe(true);
  await store.close();
});

test("what the store holds of failures is told or refused, never made into something else", async () => {
  const store = openStore();
  await bring(store, [rowOf({ id: "a", error: table("users") })]);
  const rows = await store.failures.imports();
  expect(() => summarise(rows, { clusters: [], members: [] }, 1)).toThrow(
    "the failure of run a is in no cluster",
  );
  const newer = { id: "0".repeat(12), kind: "daydream", template: "it dreamt" };
  await store.failures.put([{ run: "a", analysis: ANALYSIS, signature: newer, digest: {} }]);
  await expect(listFailures(home, store)).rejects.toMatchObject({
    kind: "infrastructure",
    message: expect.stringContaining('"daydream"') as string,
  });
  for (const run of ["a", "missing"])
    await expect(hypothesesOf(store, run)).rejects.toMatchObject({
      kind: "infrastructure",
      hint: expect.stringContaining("backup") as string,
    });
  await store.close();
});

test("a later look at an import finds what the import found, whatever came first in the file", async () => {
  const store = openStore();
  const error = table("users");
  await bring(store, [
    rowOf({ id: "bad", error }),
    ...["p", "q", "r"].map((id) => rowOf({ id, error, success: true })),
  ]);
  const found = await hypothesesOf(store, "bad");
  // Runs that passed show the same: that weakens it.
  expect(found.find(({ category }) => category === "tool-error")?.score).toBeCloseTo(0.3);
  const [row] = await store.failures.imports();
  const signature = (await store.failures.unclustered()).find(({ id }) => id === row?.signature);
  if (signature === undefined) throw new Error("the import has digested nothing");
  await store.failures.put([{ run: "bad", analysis: "0.0.0/0", signature, digest: {} }]);
  await listFailures(home, store);
  expect(await hypothesesOf(store, "bad")).toEqual(found);
  await store.close();
});

test("runs of our own on the current release, once a task, and when asked for on every release", async () => {
  const store = openStore();
  const run = async (id: string, task: string, release: string, pass: boolean): Promise<void> => {
    await store.startRun({
      id,
      purpose: "live",
      task,
      instruction: "",
      release,
      model: "m",
      workspace: "/w",
      snapshot: null,
    });
    await store.append(id, [{ kind: "finished", status: "gave_up", summary: "I cannot go on" }]);
    await store.setOutcome(id, { kind: "verified", pass });
    await store.endRun(id, "gave_up", { steps: 1, inputTokens: 0, outputTokens: 0, costUsd: 0 });
  };
  const now = made.git("rev-parse", "HEAD").trim();
  await run("old", "s/a", "0".repeat(40), false);
  await run("first", "s/a", now, false);
  await run("second", "s/a", now, false);
  await run("fixed", "s/b", now, false);
  await run("later", "s/b", now, true);
  const ids = async (choice: Parameters<typeof listFailures>[2]) =>
    (await listFailures(home, store, choice)).clusters
      .flatMap(({ runs }) => runs.map((each) => each.run))
      .toSorted();
  expect(await ids({})).toEqual(["second"]);
  expect(await ids({ allReleases: true })).toEqual(["old", "second"]);
  expect((await listFailures(home, store)).of).toBe(2);
  await store.close();
});
