/** Several processes on one store, and processes that die. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteStore } from "../../../../runtime/kernel/store/sqlite.ts";

const WRITER = join(import.meta.dirname, "writer.ts");
let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ratchet-store-"));
  file = join(dir, "store.db");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function writer(run: string, count: number, ...more: string[]): ChildProcess {
  const args = ["--no-warnings", WRITER, file, run, String(count), ...more];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** Resolves once the writer has acknowledged so many appends; gives what it has acknowledged until its end. */
async function acknowledged(child: ChildProcess, count: number, then: () => void): Promise<number[]> {
  let printed = "";
  for await (const chunk of child.stdout!) {
    printed += String(chunk);
    if (printed.split("\n").length > count) then();
  }
  return printed.split("\n").slice(0, -1).map(Number);
}

test("what was acknowledged is there after kill -9, and the run is interrupted", async () => {
  const child = writer("killed", 1_000_000);
  const acks = await acknowledged(child, 200, () => child.kill("SIGKILL"));
  const store = openSqliteStore(file);
  const events = await store.events("killed");
  expect(acks.length).toBeGreaterThanOrEqual(200);
  expect(events.length).toBeGreaterThanOrEqual(acks.length);
  expect(events.map(({ event }) => event)).toEqual(
    events.map((_, i) => ({ kind: "noted", note: "killed", data: { i } })),
  );
  expect(await store.getRun("killed")).toMatchObject({
    status: "interrupted",
    pid: child.pid,
    endedAt: null,
  });
  await store.close();
});

test("four processes make the store and write to it at once", async () => {
  const names = ["a", "b", "c", "d"];
  const codes = await Promise.all(
    names.map(async (name) => {
      const child = writer(name, 100);
      const [[code]] = await Promise.all([once(child, "exit"), text(child.stdout!)]);
      return code;
    }),
  );
  expect(codes).toEqual([0, 0, 0, 0]);
  const store = openSqliteStore(file);
  for (const name of names) {
    const events = await store.events(name);
    expect(events.map(({ event }) => event)).toEqual(
      Array.from({ length: 100 }, (_, i) => ({ kind: "noted", note: name, data: { i } })),
    );
    expect((await store.getRun(name)).status).toBe("done");
  }
  await store.close();
});

test("an open run of a process that lives is open; once its number is another's, it is interrupted", async () => {
  const child = writer("living", 1, "wait");
  const store = openSqliteStore(file);
  await once(child.stdout!, "data");
  expect((await store.getRun("living")).status).toBe("open");
  const database = new DatabaseSync(file);
  database.exec("UPDATE runs SET pid_started = '1'");
  expect((await store.listRuns())[0]?.status).toBe("interrupted");
  database.exec("UPDATE runs SET pid_started = ''");
  expect((await store.listRuns())[0]?.status).toBe("open");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect((await store.listRuns())[0]?.status).toBe("interrupted");
  database.close();
  await store.close();
});
