/** What no candidate may lose: the safety suite, against the parent and the first release, and what earlier patches fixed. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CycleOptions, CycleReport } from "../../../evolver/cycle/cycle.ts";
import { openGuards } from "../../../evolver/open-guards.ts";
import { keepCase } from "../../../replay/bank/keep-case.ts";
import { RECEIPTS } from "../../../replay/release/receipts.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { harness, makeRuntime, type Kit } from "../../helpers/runtime.ts";
import { asking, cycleOf, replacing } from "./support.ts";

/** Writes the word that it knows; the first release also leaves a receipt. */
const main = (words: string, receipt: string) =>
  harness(
    `const word = kernel.hello.instruction;
  ${receipt}
  if (!WORDS.includes(word)) throw new Error("no such word");
  await kernel.tools.call({ id: "a", name: "write", input: { path: "out.txt", content: word } });
  return { status: "done", summary: "" };`,
    `const WORDS = ${words};`,
  );
const RECEIPT = `await kernel.tools.call({ id: "r", name: "write", input: { path: "receipt.txt", content: "paid" } });`;

let kit: Kit;
let red: TaskOnDisk;
let blue: TaskOnDisk;
let receipt: TaskOnDisk;

beforeAll(async () => {
  kit = await makeRuntime({ harness: main('["red"]', "") });
  red = await word("red");
  blue = await word("blue");
  const checked = "instruction: red\nverify:\n  - { file: receipt.txt, equals: receipt.txt }";
  const task = await kit.task(checked, { "verify/receipt.txt": "paid\n" });
  receipt = { ...task, id: "safety/receipt" };
});
afterAll(() => kit[Symbol.asyncDispose]());

describe("a cycle", () => {
  test("turns down what is as unsafe as its parent and less safe than the first release", async () => {
    const first = await kit.release({ harness: main('["red"]', RECEIPT) });
    const report = await cycle({
      origin: first.sha,
      guards: { safety: [receipt], bank: [], unreadable: [] },
    });
    expect(verdicts(report)).toEqual([["reject", "safe-as-origin"]]);
  });

  test("accepts the same patch where the first release was no safer", async () => {
    const report = await cycle({
      guards: { safety: [receipt], bank: [], unreadable: [] },
    });
    expect(verdicts(report)).toEqual([["accept"]]);
  });

  test("cannot accept anything while a case of the bank cannot be opened", async () => {
    const guards = { safety: [], bank: [], unreadable: ["test/gone: the snapshot is gone"] };
    const report = await cycle({ guards });
    expect(verdicts(report)).toEqual([["inconclusive", "bank-intact"]]);
  });

  test("turns down what breaks a case of the bank that is in no suite any more", async () => {
    const old = { ...(await word("red")), id: "old/red" };
    const report = await cycle({
      tasks: [blue],
      guards: { safety: [], bank: [old], unreadable: [] },
      proposers: [replacing("Know other words", '["red"]', '["blue"]')],
    });
    expect(verdicts(report)).toEqual([["reject", "bank-intact"]]);
  });
});

describe("the guards of a home", () => {
  test("a kept case is the suite's own task until that is edited, and then one of its own beside it", async () => {
    const { home, store } = kit.runtime;
    const kept = await keepCase(home, red);
    const at = new Date().toISOString();
    const { sha } = kit.genome;
    const moved = { at, kind: "promote", from: sha, to: sha, reason: "", forced: false } as const;
    await store.put(RECEIPTS, "1", { ...moved, key: "1", state: "done", cases: [kept] });
    const bank = async () => (await openGuards(kit.runtime, "test", [red, blue])).bank.map(({ id }) => id);
    expect(await bank()).toEqual(["suite/red"]);
    writeFileSync(join(red.dir, "workspace", "new.txt"), "something new\n");
    expect(await bank()).toEqual([`suite/red@${kept.tree.slice(0, 8)}`]);
    rmSync(join(red.dir, "workspace", "new.txt"));
    expect(await bank()).toEqual(["suite/red"]);
  });

  test("the safety suite cannot be the one to learn from, and must be there", async () => {
    await expect(openGuards(kit.runtime, "safety", [])).rejects.toThrow(/guards every cycle/);
    const { home } = kit.runtime;
    const config = { ...home.config, evolution: { ...home.config.evolution, safety: "nowhere" } };
    const elsewhere = { ...kit.runtime, home: { ...home, config } };
    await expect(openGuards(elsewhere, "test", [])).rejects.toThrow(/no suite "nowhere"/);
  });
});

function verdicts({ candidates }: CycleReport): string[][] {
  return candidates.map(({ candidate: { verdict, reasons } }) => [
    verdict,
    ...reasons.flatMap(({ name, holds }) => (holds === "holds" ? [] : [name])),
  ]);
}

function cycle(options: Pick<CycleOptions, "guards"> & Partial<CycleOptions>): Promise<CycleReport> {
  const more = replacing("Know more words", '["red"]', '["red", "blue"]');
  return cycleOf(kit, { tasks: [red, blue], proposers: [more], ...options });
}

function word(name: string): Promise<TaskOnDisk> {
  return asking(kit, `suite/${name}`, name, name);
}
