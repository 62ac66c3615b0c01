import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { RatchetError } from "../../../../runtime/kernel/error.ts";
import { openSqliteStore } from "../../../../runtime/kernel/store/sqlite.ts";
import type { NewRun, Store } from "../../../../runtime/kernel/store/store.ts";
import type { TrajectoryEvent } from "../../../../runtime/kernel/trajectory/events.ts";

interface Place extends Disposable {
  readonly dir: string;
  readonly file: string;
  readonly store: Store;
}

function makeStore(): Place {
  const dir = mkdtempSync(join(tmpdir(), "ratchet-store-"));
  const file = join(dir, "deep", "er", "store.db");
  const store = openSqliteStore(file);
  return {
    dir,
    file,
    store,
    [Symbol.dispose]() {
      void store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const newRun = (id: string, more: Partial<NewRun> = {}): NewRun => ({
  id,
  purpose: "live",
  task: null,
  instruction: "do",
  release: "r1",
  model: "m",
  workspace: "/w",
  snapshot: null,
  ...more,
});
const noted = (i: number): TrajectoryEvent => ({ kind: "noted", note: "n", data: { i } });
const TOTALS = { steps: 3, inputTokens: 5, outputTokens: 7, costUsd: 0.25 };

describe("runs", () => {
  test("a run from its beginning to its end", async () => {
    using place = makeStore();
    const { store } = place;
    const run = newRun("a", {
      purpose: "trial",
      task: "s/t",
      instruction: "Grüße 😀\n'; DROP TABLE runs; --",
      snapshot: "t1",
    });
    await store.startRun(run);
    expect(await store.getRun("a")).toMatchObject({
      ...run,
      status: "open",
      endedAt: null,
      outcome: { kind: "unknown" },
      costUsd: null,
      pid: process.pid,
    });
    await store.setOutcome("a", { kind: "feedback", pass: false });
    await store.endRun("a", "gave_up", TOTALS);
    const ended = await store.getRun("a");
    expect(ended).toMatchObject({
      ...run,
      ...TOTALS,
      status: "gave_up",
      outcome: { kind: "feedback", pass: false },
    });
    expect(Date.parse(ended.endedAt ?? "")).toBeGreaterThanOrEqual(Date.parse(ended.startedAt));
  });

  test("costs that are not known stay so; outcomes can change", async () => {
    using place = makeStore();
    const { store } = place;
    await store.startRun(newRun("a"));
    await store.endRun("a", "done", { ...TOTALS, costUsd: null });
    await store.setOutcome("a", { kind: "verified", pass: true });
    expect(await store.getRun("a")).toMatchObject({
      costUsd: null,
      outcome: { kind: "verified", pass: true },
    });
    await store.setOutcome("a", { kind: "unknown" });
    expect((await store.getRun("a")).outcome).toEqual({ kind: "unknown" });
  });

  test("an id is taken once; a run that is not there cannot be closed or judged", async () => {
    using place = makeStore();
    const { store } = place;
    await store.startRun(newRun("a"));
    await expect(store.startRun(newRun("a"))).rejects.toThrow(/run a could not be begun: .*UNIQUE/);
    await expect(store.endRun("b", "done", TOTALS)).rejects.toThrow("no run b");
    await expect(store.setOutcome("b", { kind: "unknown" })).rejects.toThrow("no run b");
    await expect(store.append("b", [noted(1)])).rejects.toThrow(RatchetError);
  });

  test("are found by the beginning of their id, when it is one run's alone", async () => {
    using place = makeStore();
    const { store } = place;
    for (const id of ["abc1", "abc2", "xyz", "ab", "a_c", "100%", String.raw`back\slash`])
      await store.startRun(newRun(id));
    expect((await store.getRun("x")).id).toBe("xyz");
    expect((await store.getRun("ab")).id).toBe("ab");
    await expect(store.getRun("abc")).rejects.toThrow('several runs begin with "abc": abc2, abc1');
    await expect(store.getRun("xyy")).rejects.toThrow('there is no run "xyy"; did you mean xyz?');
    await expect(store.getRun("")).rejects.toThrow('there is no run ""');
  });

  test("signs that mean something in a pattern mean themselves", async () => {
    using place = makeStore();
    const { store } = place;
    for (const id of ["a_c", "abc", "100%", "1000", String.raw`b\s`]) await store.startRun(newRun(id));
    expect((await store.getRun("a_")).id).toBe("a_c");
    expect((await store.getRun("100%")).id).toBe("100%");
    expect((await store.getRun("b\\")).id).toBe(String.raw`b\s`);
    await expect(store.getRun("%")).rejects.toThrow('there is no run "%"');
    await expect(store.getRun("_")).rejects.toThrow('there is no run "_"');
  });

  test("an exact id is found among any number that begin with it", async () => {
    using place = makeStore();
    const { store } = place;
    await store.startRun(newRun("a"));
    for (let i = 0; i < 30; i++) await store.startRun(newRun(`a${i}`));
    expect((await store.getRun("a")).id).toBe("a");
  });

  test("are listed newest first, by every filter", async () => {
    using place = makeStore();
    const { store } = place;
    for (let i = 0; i < 60; i++) {
      const purpose = i % 2 === 0 ? "live" : "trial";
      await store.startRun(
        newRun(`r${String(i).padStart(2, "0")}`, {
          purpose,
          release: `v${i % 3}`,
          task: i % 5 === 0 ? "s/five" : null,
        }),
      );
    }
    const ids = async (filter?: Parameters<Store["listRuns"]>[0]) =>
      (await store.listRuns(filter)).map(({ id }) => id);
    expect((await ids()).length).toBe(50);
    expect(await ids({ limit: 2 })).toEqual(["r59", "r58"]);
    expect((await ids({ purpose: "trial", limit: 100 })).length).toBe(30);
    expect(await ids({ purpose: "live", release: "v0", task: "s/five" })).toEqual(["r30", "r00"]);
    const { startedAt } = await store.getRun("r59");
    expect(await ids({ since: startedAt })).toContain("r59");
    expect(await ids({ since: "9999" })).toEqual([]);
  });
});

describe("events", () => {
  test("keep their order, over many appends at once", async () => {
    using place = makeStore();
    const { store } = place;
    await store.startRun(newRun("a"));
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => store.append("a", [noted(2 * i), noted(2 * i + 1)])),
    );
    const events = await store.events("a");
    expect(events.map(({ event }) => event)).toEqual(Array.from({ length: 100 }, (_, i) => noted(i)));
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(events.every(({ run, v, at }) => run === "a" && v === 1 && at.endsWith("Z"))).toBe(true);
  });

  test("none is no error; of a run that is not there, there are none", async () => {
    using place = makeStore();
    await place.store.startRun(newRun("a"));
    await place.store.append("a", []);
    expect(await place.store.events("a")).toEqual([]);
    expect(await place.store.events("b")).toEqual([]);
  });

  test("an append is whole or not at all", async () => {
    using place = makeStore();
    const { store } = place;
    await store.startRun(newRun("a"));
    const bad = { kind: "noted", note: "n", data: { n: 1n } } as unknown as TrajectoryEvent;
    await expect(store.append("a", [noted(1), bad])).rejects.toThrow(
      /events of run a could not be stored: .*BigInt/,
    );
    expect(await store.events("a")).toEqual([]);
    await store.append("a", [noted(2)]);
    expect((await store.events("a")).map(({ event }) => event)).toEqual([noted(2)]);
  });

  test("may come after the end: a person says something later", async () => {
    using place = makeStore();
    const { store } = place;
    await store.startRun(newRun("a"));
    await store.endRun("a", "done", TOTALS);
    await store.append("a", [{ kind: "feedback_given", verdict: "bad", why: "wrong file" }]);
    expect(await store.events("a")).toHaveLength(1);
  });

  test("a hundred thousand are written and read", async () => {
    using place = makeStore();
    const { store } = place;
    await store.startRun(newRun("a"));
    for (let from = 0; from < 100_000; from += 5000) {
      await store.append(
        "a",
        Array.from({ length: 5000 }, (_, i) => noted(from + i)),
      );
    }
    const events = await store.events("a");
    expect(events.length).toBe(100_000);
    expect(events[99_999]).toMatchObject({ seq: 99_999, event: noted(99_999) });
  });

  test("of a newer version, or damaged, are told by run and number", async () => {
    using place = makeStore();
    const { store, file } = place;
    for (const id of ["new", "cut", "odd"]) {
      await store.startRun(newRun(id));
      await store.append(id, [noted(0), noted(1)]);
    }
    const database = new DatabaseSync(file);
    database.exec("UPDATE events SET v = 99 WHERE run = 'new' AND seq = 1");
    database.exec(`UPDATE events SET event = '{"kind": "no' WHERE run = 'cut' AND seq = 1`);
    database.exec(`UPDATE events SET event = '{"kind": "surprise"}' WHERE run = 'odd' AND seq = 0`);
    database.close();
    await expect(store.events("new")).rejects.toThrow(
      "run new: event 1 has version 99; this Ratchet reads up to 1",
    );
    await expect(store.events("cut")).rejects.toThrow("run cut: event 1 is damaged");
    await expect(store.events("odd")).rejects.toThrow("run odd: event 0 is damaged");
    expect((await store.listRuns()).length).toBe(3);
  });
});

describe("documents", () => {
  test("are written once where the key must be free, whoever else writes", async () => {
    using place = makeStore();
    const { store } = place;
    expect(await store.putNew("c", "k", 1)).toBe(true);
    expect(await store.putNew("c", "k", 2)).toBe(false);
    expect(await store.get("c", "k")).toBe(1);
    expect(await store.putNew("other", "k", 3)).toBe(true);
    await expect(store.putNew("c", "k2", 1n)).rejects.toThrow("c/k2 could not be stored");
  });

  test("are put, replaced, read and listed by key", async () => {
    using place = makeStore();
    const { store } = place;
    await store.put("c", "b", { n: 1 });
    await store.put("c", "a", [null, "é"]);
    await store.put("c", "b", { n: 2 });
    await store.put("other", "a", 1);
    expect(await store.get("c", "b")).toEqual({ n: 2 });
    expect(await store.get("c", "z")).toBeUndefined();
    expect(await store.list("c")).toEqual([
      { key: "a", value: [null, "é"] },
      { key: "b", value: { n: 2 } },
    ]);
    expect(await store.list("nothing")).toEqual([]);
  });

  test("what is no JSON is refused", async () => {
    using place = makeStore();
    await expect(place.store.put("c", "k", undefined)).rejects.toThrow(RatchetError);
    await expect(place.store.put("c", "k", 1n)).rejects.toThrow("c/k could not be stored");
    expect(await place.store.get("c", "k")).toBeUndefined();
  });
});

describe("files that are no store", () => {
  const refusal = (file: string): RatchetError => {
    try {
      void openSqliteStore(file).close();
    } catch (error) {
      if (error instanceof RatchetError) return error;
      throw error;
    }
    throw new Error("it was opened");
  };

  test.each([
    ["text", "this is no database at all, though it is long enough to be one".repeat(20)],
    ["the beginning of a database and then rubbish", `SQLite format 3\0${"rubbish ".repeat(500)}`],
  ])("%s is left as it is", (_, content) => {
    using place = makeStore();
    const file = join(place.dir, "bad.db");
    writeFileSync(file, content);
    const error = refusal(file);
    expect(error).toMatchObject({
      kind: "infrastructure",
      hint: expect.stringContaining("Nothing was overwritten"),
    });
    expect(error.message).toContain(`${file}: the store cannot be opened`);
    expect(readFileSync(file, "utf8")).toBe(content);
  });

  test("a newer store is not touched", () => {
    using place = makeStore();
    const file = join(place.dir, "new.db");
    const database = new DatabaseSync(file);
    database.exec("CREATE TABLE hoverboards (id); PRAGMA user_version = 999");
    database.close();
    const before = readFileSync(file);
    expect(refusal(file).message).toMatch(/the store has version 999; this Ratchet knows versions up to \d+/);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(place.dir)).not.toContain("new.db-wal");
  });

  test("another program's database is not touched", () => {
    using place = makeStore();
    const file = join(place.dir, "other.db");
    const database = new DatabaseSync(file);
    database.exec("CREATE TABLE bookmarks (url)");
    database.close();
    const before = readFileSync(file);
    expect(refusal(file).message).toContain("belongs to another program");
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("a folder, and a folder that cannot be made", () => {
    using place = makeStore();
    const { dir, file } = place;
    mkdirSync(join(dir, "folder.db"));
    expect(refusal(join(dir, "folder.db")).message).toContain("unable to open database file");
    expect(refusal(join(file, "below", "store.db")).message).toContain("the store cannot be opened");
    expect(statSync(join(dir, "folder.db")).isDirectory()).toBe(true);
  });

  test("an empty file becomes a store", async () => {
    using place = makeStore();
    const file = join(place.dir, "empty.db");
    writeFileSync(file, "");
    const store = openSqliteStore(file);
    await store.startRun(newRun("a"));
    expect((await store.getRun("a")).status).toBe("open");
    await store.close();
  });

  test("a folder that may not be written, for a user who is not root", () => {
    using place = makeStore();
    chmodSync(place.dir, 0o755);
    const closed = join(place.dir, "closed");
    mkdirSync(closed, { mode: 0o555 });
    const script = `
      const { openSqliteStore } = await import(${JSON.stringify(join(import.meta.dirname, "../../../../runtime/kernel/store/sqlite.ts"))});
      try { openSqliteStore(${JSON.stringify(join(closed, "store.db"))}); console.log("opened"); }
      catch (error) { console.log(error.kind, error.message, error.hint); }`;
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const child = spawnSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", script], {
      ...nobody,
      encoding: "utf8",
      cwd: "/",
    });
    expect(child.stderr).toBe("");
    expect(child.stdout).toMatch(
      /^infrastructure .*closed\/store\.db: the store cannot be opened: .*disk is writable/s,
    );
  });
});

describe("a store of the first version", () => {
  test("is brought up to date with its runs", async () => {
    using place = makeStore();
    const { file, store } = place;
    await store.startRun(newRun("old"));
    await store.close();
    const database = new DatabaseSync(file);
    database.exec(`
      DROP INDEX runs_by_source;
      DROP TABLE failures; DROP TABLE signatures; DROP TABLE failure_clusters;
      ALTER TABLE runs DROP COLUMN source_format; ALTER TABLE runs DROP COLUMN source_id; ALTER TABLE runs DROP COLUMN source_hash;
      ALTER TABLE runs DROP COLUMN source_file;
      ALTER TABLE runs DROP COLUMN input_known; ALTER TABLE runs DROP COLUMN output_known;
      ALTER TABLE runs DROP COLUMN pid_started; PRAGMA user_version = 1;
    `);
    database.close();
    const again = openSqliteStore(file);
    expect(await again.getRun("old")).toMatchObject({ id: "old", status: "open" });
    await again.startRun(newRun("new"));
    await again.close();
  });
});

test.each(["purpose", "status", "outcome_kind"])(
  "a %s that nobody knows is an error, and no guess",
  async (column) => {
    using place = makeStore();
    const { file, store } = place;
    await store.startRun(newRun("odd"));
    const database = new DatabaseSync(file);
    database.exec(`UPDATE runs SET ${column} = 'daydream'`);
    database.close();
    await expect(store.getRun("odd")).rejects.toMatchObject({
      kind: "infrastructure",
      message: `run odd: its ${column} "daydream" is none that this Ratchet knows`,
    });
  },
);

test("after it was closed every use is an error, and closing again is none", async () => {
  using place = makeStore();
  const { store } = place;
  await store.startRun(newRun("a"));
  await store.close();
  await store.close();
  await expect(store.append("a", [noted(1)])).rejects.toThrow(RatchetError);
  await expect(store.getRun("a")).rejects.toThrow(RatchetError);
  await expect(store.events("a")).rejects.toThrow(RatchetError);
  await expect(store.startRun(newRun("b"))).rejects.toThrow(/store\.db: run b could not be begun/);
});
