import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bankOf, listBank } from "../../../replay/bank/bank.ts";
import { keepCase, openCase } from "../../../replay/bank/keep-case.ts";
import type { KeptCase } from "../../../replay/bank/kept-case.ts";
import { restoreCase, retireCase } from "../../../replay/bank/retire.ts";
import { RECEIPTS, type Receipt } from "../../../replay/release/receipts.ts";
import { openHome, type Home as OpenHome } from "../../../runtime/kernel/home/home.ts";
import { loadTask } from "../../../runtime/kernel/suite/load.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { GENOME, makeHome } from "../../helpers/home.ts";

const begin = () => makeHome({ ...GENOME, "guardrails.yaml": "version: 1\n" });

const YAML = "version: 1\ninstruction: Copy in.txt\nverify: [{ file: out.txt, equals: out.txt }]\n";

/** A task with a nested repository, a link, an executable, an ignored file and an empty folder. */
async function writeTask(home: OpenHome, id = "files/copy", text = "one"): Promise<TaskOnDisk> {
  const dir = join(home.dir, "tasks", id);
  for (const folder of ["workspace/.git", "workspace/empty", "verify"])
    mkdirSync(join(dir, folder), { recursive: true });
  writeFileSync(join(dir, "task.yaml"), YAML);
  writeFileSync(join(dir, "workspace", "in.txt"), text);
  writeFileSync(join(dir, "workspace", ".git", "HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(dir, "workspace", ".gitignore"), "*.log\n");
  writeFileSync(join(dir, "workspace", "old.log"), "kept all the same\n");
  writeFileSync(join(dir, "workspace", "run.sh"), "#!/bin/sh\n");
  chmodSync(join(dir, "workspace", "run.sh"), 0o755);
  if (!existsSync(join(dir, "workspace", "link"))) symlinkSync("in.txt", join(dir, "workspace", "link"));
  writeFileSync(join(dir, "verify", "out.txt"), text);
  return loadTask(dir);
}

function receipt(at: string, cases: readonly KeptCase[], more: Partial<Receipt> = {}): Receipt {
  const commit = "0".repeat(40);
  return {
    key: at,
    at,
    kind: "promote",
    state: "done",
    from: commit,
    to: commit,
    reason: "it helps",
    forced: false,
    cases,
    ...more,
  };
}

test("a kept task outlives its suite, with its id and everything in it", async () => {
  await using made = begin();
  const home = await openHome(made.repo);
  const task = await writeTask(home);
  const kept = await keepCase(home, task);
  expect(kept).toEqual({ task: "files/copy", tree: expect.stringMatching(/^[0-9a-f]{40}$/) });
  rmSync(join(home.dir, "tasks"), { recursive: true });
  const again = await openCase(home, kept);
  expect(again).toMatchObject({ id: "files/copy", task: task.task });
  expect(again.dir).toBe(join(home.state, "bank", kept.tree, "files", "copy"));
  const inside = (path: string) => join(again.dir, "workspace", path);
  expect(readFileSync(inside("link"), "utf8")).toBe("one");
  expect(readFileSync(inside("old.log"), "utf8")).toBe("kept all the same\n");
  expect(readFileSync(inside(".git/HEAD"), "utf8")).toBe("ref: refs/heads/main\n");
  expect(readdirSync(inside("empty"))).toEqual([]);
  expect(statSync(inside("run.sh")).mode & 0o777).toBe(0o755);
  expect(await keepCase(home, again)).toEqual(kept);
});

test("what somebody changed in the bank's folder is put right before it is used again", async () => {
  await using made = begin();
  const home = await openHome(made.repo);
  const kept = await keepCase(home, await writeTask(home));
  const { dir } = await openCase(home, kept);
  writeFileSync(join(dir, "verify", "out.txt"), "two");
  rmSync(join(dir, "workspace", "in.txt"));
  await openCase(home, kept);
  expect(readFileSync(join(dir, "verify", "out.txt"), "utf8")).toBe("one");
  expect(readFileSync(join(dir, "workspace", "in.txt"), "utf8")).toBe("one");
});

test("several at once leave one whole folder and nothing beside it", async () => {
  await using made = begin();
  const home = await openHome(made.repo);
  const kept = await keepCase(home, await writeTask(home));
  const opened = await Promise.all(Array.from({ length: 6 }, () => openCase(home, kept)));
  expect(new Set(opened.map(({ dir }) => dir)).size).toBe(1);
  expect(readdirSync(join(home.state, "bank"))).toEqual([kept.tree]);
});

test("the bank is what done receipts brought: the newest state of each task", async () => {
  await using made = begin();
  const home = await openHome(made.repo);
  const old = await keepCase(home, await writeTask(home, "files/copy", "one"));
  const sum = await keepCase(home, await writeTask(home, "files/sum", "three"));
  const now = await keepCase(home, await writeTask(home, "files/copy", "two"));
  const lost = await keepCase(home, await writeTask(home, "files/lost", "four"));
  const receipts = [
    receipt("1", [old, sum]),
    receipt("2", [now]),
    receipt("3", [lost], { state: "failed" }),
    receipt("4", [now], { kind: "rollback" }),
  ];
  for (const each of receipts) await made.store.put(RECEIPTS, each.key, each);
  expect(await bankOf(home, made.store)).toMatchObject([
    { kind: "ready", kept: now, task: { id: "files/copy" } },
    { kind: "ready", kept: sum, task: { id: "files/sum" } },
  ]);
  expect((await listBank(home, made.store)).map((entry) => entry.receipt.key)).toEqual(["2", "1"]);
});

test("a case that cannot be had is told, and counts", async () => {
  await using made = begin();
  const home = await openHome(made.repo);
  const gone = { task: "files/gone", tree: "1".repeat(40) };
  const broken = await writeTask(home, "files/broken");
  writeFileSync(join(broken.dir, "task.yaml"), "version: 7\n");
  const keptBroken = await keepCase(home, broken);
  await made.store.put(RECEIPTS, "1", receipt("1", [gone, keptBroken]));
  expect(await bankOf(home, made.store)).toEqual([
    { kind: "unreadable", kept: keptBroken, why: expect.stringContaining("version") },
    { kind: "unreadable", kept: gone, why: expect.stringContaining("1111") },
  ]);
});

test("a case is retired with a reason only, and comes back when a person says so", async () => {
  await using made = begin();
  const home = await openHome(made.repo);
  const { store } = made;
  const kept = await keepCase(home, await writeTask(home));
  await store.put(RECEIPTS, "1", receipt("1", [kept]));
  await expect(retireCase(store, kept, "  ")).rejects.toThrow("with a reason only");
  expect(await bankOf(home, store)).toHaveLength(1);
  await retireCase(store, kept, "the task asks for the wrong thing", new Date("2026-11-21T10:00:00Z"));
  expect(await bankOf(home, store)).toEqual([]);
  expect(await listBank(home, store)).toMatchObject([
    { kept, retired: { why: "the task asks for the wrong thing", at: "2026-11-21T10:00:00.000Z" } },
  ]);
  await restoreCase(store, kept);
  expect(await bankOf(home, store)).toMatchObject([{ kind: "ready", kept }]);
  expect(await restoreCase(store, kept)).toBe(false);
  expect(await retireCase(store, kept, "wrong after all")).toBe(true);
  expect(await retireCase(store, kept, "for another reason")).toBe(false);
  expect(await listBank(home, store)).toMatchObject([{ retired: { why: "wrong after all" } }]);
  const mended = await keepCase(home, await writeTask(home, "files/copy", "mended"));
  await store.put(RECEIPTS, "2", receipt("2", [mended]));
  expect(await bankOf(home, store)).toMatchObject([{ kind: "ready", kept: mended }]);
});

test("retirements that cannot be read stop everything: nothing may leave the bank by that", async () => {
  await using made = begin();
  const home = await openHome(made.repo);
  await made.store.put("bank-retired", "files/copy@x", "nonsense");
  await expect(bankOf(home, made.store)).rejects.toThrow("cannot be read");
});

test("a receipt of before the bank has no cases; one with a path for a task cannot be read", async () => {
  await using made = begin();
  const home = await openHome(made.repo);
  const { cases, ...before } = receipt("1", []);
  expect(cases).toEqual([]);
  await made.store.put(RECEIPTS, "1", before);
  expect(await bankOf(home, made.store)).toEqual([]);
  for (const task of ["../../x/y", "x/..", "x", "a/b/c"]) {
    await made.store.put(RECEIPTS, "2", receipt("2", [{ task, tree: "1".repeat(40) }]));
    await expect(bankOf(home, made.store)).rejects.toThrow("receipt 2 cannot be read");
  }
});
