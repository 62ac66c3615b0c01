import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInstruction } from "../../replay/live.ts";
import { undoRun } from "../../replay/undo.ts";
import { harness, makeRuntime, type Kit } from "../helpers/runtime.ts";

let kit: Kit;
beforeAll(async () => {
  const write = 'name: "write", input: { path: "made.txt", content: "made\\n" }';
  kit = await makeRuntime({
    harness: harness(
      `await kernel.tools.call({ id: "a", ${write} });\n  return { status: "done", summary: "" };`,
    ),
  });
});
afterAll(() => kit[Symbol.asyncDispose]());

async function ran(): Promise<{ id: string; workspace: string }> {
  const workspace = kit.folder({ "mine.txt": "mine\n" });
  const signal = new AbortController().signal;
  const { id } = await runInstruction(kit.runtime, {
    instruction: "x",
    workspace,
    release: kit.genome.sha,
    signal,
  });
  return { id, workspace };
}

test("an undo is undone, and that as well", async () => {
  const { runtime } = kit;
  const { id, workspace } = await ran();
  writeFileSync(join(workspace, "made.txt"), "made, and then changed\n");
  const first = await undoRun(runtime.home, runtime.store, id, { force: true });
  expect(readdirSync(workspace)).toEqual(["mine.txt"]);

  const second = await undoRun(runtime.home, runtime.store, id, { to: first.saved?.slice(0, 12) });
  expect(second.restored).toBe(first.saved);
  expect(second.saved).toBe(first.restored);
  expect(readFileSync(join(workspace, "made.txt"), "utf8")).toBe("made, and then changed\n");

  await undoRun(runtime.home, runtime.store, id, { to: second.saved });
  expect(readdirSync(workspace)).toEqual(["mine.txt"]);
});

test("a snapshot that is not one of this run's is refused, and nothing changes", async () => {
  const { home, store } = kit.runtime;
  const [one, other] = [await ran(), await ran()];
  writeFileSync(join(other.workspace, "theirs.txt"), "");
  const { saved } = await undoRun(home, store, other.id, { force: true });
  for (const to of [saved, "0000", ""]) {
    await expect(undoRun(home, store, one.id, { to })).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringMatching(/^It has [0-9a-f]{40,64}\.$/),
    });
  }
  expect(readdirSync(one.workspace)).toEqual(["made.txt", "mine.txt"]);
});

test("work that was done after the run is not taken back without --force", async () => {
  const { home, store } = kit.runtime;
  const { id, workspace } = await ran();
  writeFileSync(join(workspace, "later.txt"), "my own work\n");
  await expect(undoRun(home, store, id)).rejects.toMatchObject({
    kind: "refused",
    message: expect.stringContaining("was changed after run"),
  });
  expect(readFileSync(join(workspace, "later.txt"), "utf8")).toBe("my own work\n");
  await undoRun(home, store, id, { force: true });
  expect(readdirSync(workspace)).toEqual(["mine.txt"]);
});

test("a run cannot make itself impossible to undo: what cannot be kept is given up on --force --no-save", async () => {
  const { home, store } = kit.runtime;
  const { id, workspace } = await ran();
  for (const name of ["a", "b", "c"]) {
    writeFileSync(join(workspace, name), "");
    truncateSync(join(workspace, name), 100 * 1024 * 1024);
  }
  mkdirSync(join(workspace, ...Array.from({ length: 230 }, () => "d")), { recursive: true });
  await expect(undoRun(home, store, id, { force: true })).rejects.toMatchObject({ name: "RatchetError" });
  await expect(undoRun(home, store, id, { save: false })).rejects.toMatchObject({ kind: "usage" });
  const undone = await undoRun(home, store, id, { save: false, force: true });
  expect(undone.saved).toBeUndefined();
  expect(readdirSync(workspace)).toEqual(["mine.txt"]);
  expect(readFileSync(join(workspace, "mine.txt"), "utf8")).toBe("mine\n");
});
