import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closeTest, LIFE, lifeOf, openTest, summaryOf, type TestEnd } from "../../../replay/gate/life.ts";
import { openSqliteStore } from "../../../runtime/kernel/store/sqlite.ts";
import type { Store } from "../../../runtime/kernel/store/store.ts";

let folder = "";
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-life-"));
  store = openSqliteStore(join(folder, "store.db"));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (alpha = 0.05, where = store) => openTest(where, { candidate: "c", alpha });
const end = (more: Partial<TestEnd> = {}): TestEnd => ({
  evalue: 0,
  pairs: 10,
  state: "futile",
  accepted: false,
  ...more,
});

test("a level is taken before the first trial, and stays spent when nothing follows", async () => {
  const first = await open();
  expect(first).toMatchObject({ index: 0 });
  expect(first.level).toBeLessThan(0.05);
  expect(await lifeOf(store)).toMatchObject([{ index: 0, candidate: "c", alpha: 0.05, level: first.level }]);
  const killed = summaryOf(await lifeOf(store));
  expect(killed).toMatchObject({ tests: 1, accepted: 0, bound: 0.05 });
  expect(killed.left).toBeLessThan(1);

  await closeTest(store, 0, end({ evalue: 0.5 }));
  const givenUp = summaryOf(await lifeOf(store));
  expect(givenUp.left).toBeGreaterThan(killed.left);
  expect(givenUp.left).toBeLessThan(1);
});

test("an acceptance costs nothing and raises the next level", async () => {
  const { index, level } = await open();
  await closeTest(store, index, end({ evalue: 1 / level, state: "better", accepted: true }));
  const life = summaryOf(await lifeOf(store));
  expect(life).toMatchObject({ tests: 1, accepted: 1, left: 1 });
  expect(life.nextLevel).toBeGreaterThan(level);
  expect((await open()).level).toBe(life.nextLevel);
});

test("what reached its level and was refused by another rule is not accepted", async () => {
  const { index, level } = await open();
  await closeTest(store, index, end({ evalue: 1 / level, state: "better" }));
  expect(summaryOf(await lifeOf(store))).toMatchObject({ accepted: 0, left: 1 });
});

test("an end that does not go with the level is refused, and so is a second end", async () => {
  const { index, level } = await open();
  await expect(closeTest(store, index, end({ evalue: 0.99 / level, accepted: true }))).rejects.toThrow(
    /cannot be accepted/,
  );
  await expect(closeTest(store, index, end({ evalue: Number.NaN, accepted: true }))).rejects.toThrow(
    /cannot be accepted/,
  );
  await expect(closeTest(store, 7, end())).rejects.toThrow(/no test 7/);
  await closeTest(store, index, end({ evalue: Infinity, accepted: true }));
  await expect(closeTest(store, index, end())).rejects.toThrow(/ended already/);
});

test("two stores on one file never give a number twice, and each level goes with what was spent before", async () => {
  const other = openSqliteStore(join(folder, "store.db"));
  try {
    // Both have read the same life before either writes.
    const late = {
      ...other,
      putNew: async (...args: Parameters<Store["putNew"]>) => {
        await passed;
        return other.putNew(...args);
      },
    };
    let pass = (): void => undefined;
    const passed = new Promise<void>((resolve) => (pass = resolve));
    const second = openTest(late, { candidate: "late", alpha: 0.05 });
    const first = await open();
    pass();
    expect(first.index).toBe(0);
    expect((await second).index).toBe(1);
    const taken = await Promise.all(Array.from({ length: 20 }, (_, i) => open(0.05, i % 2 ? store : other)));
    expect(taken.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 2),
    );
    const life = await lifeOf(store);
    expect(life.map(({ index }) => index)).toEqual(Array.from({ length: 22 }, (_, i) => i));
    expect(life.at(-1)?.level).toBeLessThan(life[1]?.level ?? 0);
    expect(summaryOf(life).left).toBeGreaterThan(0);
  } finally {
    await other.close();
  }
});

test.each<[string, string, unknown]>([
  ["something else", "0000000000", { index: 0 }],
  ["no JSON object", "0000000000", "0.05"],
  ["a hole", "0000000001", { index: 1, candidate: "c", at: "", alpha: 0.05, level: 0.001, share: 0.001 }],
  [
    "another number",
    "0000000000",
    { index: 3, candidate: "c", at: "", alpha: 0.05, level: 0.001, share: 0.001 },
  ],
  ["no level", "0000000000", { index: 0, candidate: "c", at: "", alpha: 0.05, level: 0, share: 0.001 }],
])("a life that holds %s gives no level", async (_, key, value) => {
  await store.put(LIFE, key, value);
  await expect(open()).rejects.toMatchObject({ kind: "infrastructure" });
  await expect(closeTest(store, 0, end())).rejects.toMatchObject({ kind: "infrastructure" });
});

test("with alpha lowered below what is spent, nothing is tested", async () => {
  for (let i = 0; i < 30; i++) await open();
  await expect(open(0.001)).rejects.toMatchObject({ kind: "usage" });
  expect(summaryOf(await lifeOf(store), 0.001)).toMatchObject({ nextLevel: 0, left: 0, bound: 0.05 });
  await expect(open(0)).rejects.toThrow(RangeError);
  await expect(open(Number.NaN)).rejects.toThrow(RangeError);
});

test.each([
  ["accepted without evidence", { closed: { at: "", evalue: 0, pairs: 1, state: "futile", accepted: true } }],
  ["a share that costs nothing", { share: 1e-9 }],
  ["a share above the level", { share: 0.04 }],
  ["a level above alpha", { level: 0.9 }],
])("an entry that says what cannot be is an error: %s", async (_, change) => {
  await open();
  const [entry] = await lifeOf(store);
  await store.put(LIFE, "0000000000", { ...entry, ...change });
  await expect(open()).rejects.toMatchObject({
    kind: "infrastructure",
    message: expect.stringContaining("test 0 contradicts itself"),
  });
});
