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

  test("of each task as many runs count on either side: one against ten is one against one, the newest", () => {
    const before = runs("a+ b+ c+ d+ e+").concat(runs("a- b- c- d- e- ".repeat(9)));
    expect(degraded(before, runs("a- b- c- d- e-"), 0.05)).toMatchObject({ degraded: true, p: 1 / 32 });
    const flaky = runs("a- b- c- d- e-").concat(runs("a+ b+ c+ d+ e+ ".repeat(9)));
    expect(degraded(flaky, runs("a- b- c- d- e-"), 0.05)).toMatchObject({ degraded: false, p: 1 });
    expect(degraded(runs("a- b- c- d- e-"), flaky, 0.05)).toMatchObject({ degraded: false, p: 1 });
  });

  test("nothing changed: a rollback for nothing is no more frequent than alpha", () => {
    const random = seeded(20_260_101);
    for (const [before, after] of [
      [10, 1],
      [1, 10],
      [10, 3],
    ] as const) {
      for (const rate of [0.2, 0.3, 0.5]) {
        const share = falseRollbacks({ rate, before, after, alpha: 0.05, rounds: 2000 }, random);
        expect({ rate, before, after, share, ok: share <= 0.05 }).toMatchObject({ ok: true });
      }
    }
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
    expect(watch.reason).toContain("3 of 4 tasks failed after, 1 of 4 before");
  });

  test("a clear fall is one", () => {
    const watch = degraded(many("x", 18, 2), many("y", 8, 12), 0.01);
    expect(watch.degraded).toBe(true);
    // Counted out: (C(20,12)·C(20,2) + C(20,13)·C(20,1) + C(20,14)·C(20,0)) / C(40,14)
    const ways = 125_970 * 190 + 77_520 * 20 + 38_760;
    expect(watch.p).toBeCloseTo(ways / 23_206_929_840, 12);
  });

  test("with two tasks after, even two failures could say nothing", () => {
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

describe("few tasks, many runs", () => {
  test("a task that is lost is one loss, however often it was run", () => {
    const before = runs("a+ b+ c+ d+ e+ ".repeat(12));
    const after = runs("a- b+ c+ d+ e+ ".repeat(12));
    const watch = degraded(before, after, 0.005);
    expect(watch.degraded).toBe(false);
    expect(watch.p).toBeCloseTo(0.5, 12);
    expect(watch.reason).toContain("1 of 5 tasks failed after, 0 of 5 before");
  });

  test("the newest run of a task speaks for it", () => {
    const watch = degraded(many("x", 4, 0), runs("y- y+ y+ z+ z- z-"), 0.05);
    expect(watch.reason).toContain("1 of 2 tasks failed after, 0 of 4 before");
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

/** How often `degraded` says so of 24 tasks that pass as often after as before. */
function falseRollbacks(
  to: { rate: number; before: number; after: number; alpha: number; rounds: number },
  random: () => number,
): number {
  const window = (size: number): WatchedRun[] =>
    Array.from({ length: 24 * size }, (_, i) => ({ task: `t${i % 24}`, pass: random() < to.rate }));
  let wrong = 0;
  for (let round = 0; round < to.rounds; round++)
    if (degraded(window(to.before), window(to.after), to.alpha).degraded) wrong++;
  return wrong / to.rounds;
}

/** Mulberry32: uniform in [0, 1), the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
