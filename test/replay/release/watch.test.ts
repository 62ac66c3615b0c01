import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { degraded, type WatchedRun } from "../../../replay/release/watch.ts";

/** `a+ b-`: task a passed, task b failed. */
const runs = (text: string): WatchedRun[] =>
  text
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => ({ task: word.slice(0, -1), pass: word.endsWith("+") }));
const many = (prefix: string, passed: number, failed: number): WatchedRun[] => [
  ...Array.from({ length: passed }, (_, i) => ({ task: `${prefix}p${i}`, pass: true })),
  ...Array.from({ length: failed }, (_, i) => ({ task: `${prefix}f${i}`, pass: false })),
];

describe("paired tasks: the sign test", () => {
  test("five tasks that all fell are enough at 0.05", () => {
    const watch = degraded(runs("a+ b+ c+ d+ e+"), runs("a- b- c- d- e-"), 0.05);
    expect(watch.degraded).toBe(true);
    expect(watch.p).toBeCloseTo(1 / 32, 12);
    expect(watch.reason).toContain("5 worse and 0 better of 5 tasks");
  });

  test("tasks that stayed as they were abstain, and too few votes are said to be too few", () => {
    const watch = degraded(runs("a+ b+ c+ d+ e+ f-"), runs("a- b- c- d+ e+ f-"), 0.05);
    expect(watch.degraded).toBe(false);
    expect(watch.p).toBeCloseTo(1 / 8, 12);
    expect(watch.reason).toMatch(/not enough evidence: 3 worse and 0 better of 6 tasks.*it takes 5/);
  });

  test("8 worse of 10: p is 56/1024", () => {
    const watch = degraded(
      runs("a+ b+ c+ d+ e+ f+ g+ h+ i- j-"),
      runs("a- b- c- d- e- f- g- h- i+ j+"),
      0.06,
    );
    expect(watch.p).toBeCloseTo(56 / 1024, 12);
    expect(watch.degraded).toBe(true);
  });

  test("a task that is tried again and again has one vote", () => {
    const again = runs("a- ".repeat(100)).concat(runs("b+ c+ d+ e+"));
    expect(degraded(runs("a+ b+ c+ d+ e+"), again, 0.05)).toMatchObject({ degraded: false, p: 0.5 });
  });

  test("an improvement is no degradation", () => {
    const watch = degraded(runs("a- b- c- d- e-"), runs("a+ b+ c+ d+ e+"), 0.05);
    expect(watch.degraded).toBe(false);
    expect(watch.p).toBeCloseTo(1, 12);
  });

  test("a p that equals alpha reaches it", () => {
    expect(degraded(runs("a+ b+ c+ d+ e+"), runs("a- b- c- d- e-"), 1 / 32).degraded).toBe(true);
  });
});

describe("other tasks: Fisher's exact test", () => {
  test("the lady tasting tea: 3 of 4 against 1 of 4 is 17/70", () => {
    const watch = degraded(many("x", 3, 1), many("y", 1, 3), 0.05);
    expect(watch.p).toBeCloseTo(17 / 70, 12);
    expect(watch.degraded).toBe(false);
    expect(watch.reason).toContain("3 of 4 runs failed after, 1 of 4 before");
  });

  test("a clear fall is one", () => {
    const watch = degraded(many("x", 18, 2), many("y", 8, 12), 0.01);
    expect(watch.degraded).toBe(true);
    // Counted out: (C(20,12)·C(20,2) + C(20,13)·C(20,1) + C(20,14)·C(20,0)) / C(40,14)
    const ways = 125_970 * 190 + 77_520 * 20 + 38_760;
    expect(watch.p).toBeCloseTo(ways / 23_206_929_840, 12);
  });

  test("with two runs after, even two failures could say nothing", () => {
    const watch = degraded(many("x", 4, 1), many("y", 1, 1), 0.05);
    expect(watch.degraded).toBe(false);
    expect(watch.reason).toMatch(/^not enough evidence/);
  });

  test("thousands of runs do not overflow", () => {
    const watch = degraded(many("x", 5000, 500), many("y", 4000, 900), 0.001);
    expect(watch.degraded).toBe(true);
    expect(watch.p).toBeGreaterThan(0);
  });
});

test("an empty window is no evidence", () => {
  expect(degraded([], runs("a-"), 0.05)).toMatchObject({ degraded: false, p: 1 });
  expect(degraded(runs("a+"), [], 0.05).reason).toBe(
    "not enough evidence: no labelled run after the promotion",
  );
});

test("alpha must be a level", () => {
  for (const alpha of [0, 1, -1, Number.NaN])
    expect(() => degraded(runs("a+"), runs("a-"), alpha)).toThrow("alpha");
});

test("the same runs before and after never count as degraded, and p is a probability", () => {
  const anyRuns = fc.array(fc.record({ task: fc.constantFrom(..."abcdefgh"), pass: fc.boolean() }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(anyRuns, anyRuns, (one, two) => {
      expect(degraded(one, one, 0.05).degraded).toBe(false);
      const { p } = degraded(one, two, 0.05);
      expect(p >= 0 && p <= 1).toBe(true);
    }),
    { seed: 7, numRuns: 200 },
  );
});
