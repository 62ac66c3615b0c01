import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { detectSandbox } from "../../../guardrails/sandbox/detect.ts";
import { writeChores } from "../../../replay/suites/chores/chores.ts";
import { loadSuite } from "../../../runtime/kernel/suite/load.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { verifyTask } from "../../../runtime/kernel/suite/verify.ts";

let root = "";
let written = { evolve: [] as string[], heldOut: [] as string[] };
let tasks: TaskOnDisk[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ratchet-chores-"));
  written = await writeChores(join(root, "one"), { seed: 1 });
  tasks = [
    ...(await loadSuite(join(root, "one/chores"))),
    ...(await loadSuite(join(root, "one/chores-heldout"))),
  ];
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("twelve families of two tasks to evolve on and one held out", () => {
  expect(written.evolve).toHaveLength(24);
  expect(written.heldOut).toHaveLength(12);
  expect(tasks.map(({ id }) => id).toSorted()).toEqual([...written.evolve, ...written.heldOut].toSorted());
  const family = (id: string): string => id.split("/")[1]?.split("-")[0] ?? "";
  const perFamily = Map.groupBy([...written.evolve, ...written.heldOut], family);
  expect([...perFamily.values()].map((ids) => ids.length)).toEqual(Array.from({ length: 12 }, () => 3));
});

test("no two tasks share an instruction, and none is told how its result is checked", () => {
  expect(new Set(tasks.map(({ task }) => task.instruction)).size).toBe(36);
  for (const { task } of tasks) expect(task.instruction).not.toMatch(/verif|truth|test suite/i);
});

test("an untouched workspace passes no task", async () => {
  const sandbox = await detectSandbox();
  const signal = AbortSignal.timeout(60_000);
  const verdicts = new Map<string, string>();
  for (const task of tasks) {
    const { verdict } = await verifyTask({ task, workspace: join(task.dir, "workspace"), sandbox, signal });
    verdicts.set(task.id, verdict);
  }
  expect([...verdicts].filter(([, verdict]) => verdict !== "fail")).toEqual([]);
  expect(verdicts.size).toBe(36);
});

test("several workspaces hold files of more than a megabyte", async () => {
  const sizes = await Promise.all(
    (await files(join(root, "one"))).map(async (file) => (await stat(file)).size),
  );
  expect(sizes.filter((size) => size > 1e6).length).toBeGreaterThan(8);
});

test("the same seed gives the same bytes, another one gives others", async () => {
  await writeChores(join(root, "again"), { seed: 1 });
  await writeChores(join(root, "other"), { seed: 2 });
  const [one, again, other] = await Promise.all(
    ["one", "again", "other"].map((name) => hashes(join(root, name))),
  );
  expect(again).toEqual(one);
  const same = [...(other ?? [])].filter(
    ([file, hash]) => file.includes("/verify/") && one?.get(file) === hash,
  );
  // A wrong port's neighbours and file names do not depend on the seed; figures, logs and texts do.
  expect(same.map(([file]) => file).filter((file) => !/ports-|\.mjs$/.test(file))).toEqual([]);
});

test("a second suite is never written over the first", async () => {
  await expect(writeChores(join(root, "one"), { seed: 1 })).rejects.toThrow(/EEXIST/);
});

test("changelog tasks have a clean work tree and the history they speak of", () => {
  const chores = tasks.filter(({ id }) => id.includes("changelog"));
  expect(chores).toHaveLength(3);
  for (const { dir, task } of chores) {
    const git = (...args: string[]): string =>
      execFileSync("git", ["-c", "safe.directory=*", ...args], {
        cwd: join(dir, "workspace"),
        encoding: "utf8",
      });
    expect(git("status", "--porcelain")).toBe("");
    expect(git("log", "--format=%an <%ae>").split("\n").filter(Boolean).length).toBeGreaterThan(50);
    const tags = git("tag", "--list").trim().split("\n");
    expect(tags.filter((tag) => task.instruction.includes(tag))).toHaveLength(2);
  }
});

async function files(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function hashes(dir: string): Promise<Map<string, string>> {
  const hashed = (await files(dir)).map(async (file): Promise<[string, string]> => [
    relative(dir, file),
    createHash("sha256")
      .update(await readFile(file))
      .digest("hex"),
  ]);
  return new Map((await Promise.all(hashed)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
