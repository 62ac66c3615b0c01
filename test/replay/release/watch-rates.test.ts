import { expect, test } from "vitest";
import { random } from "../../../replay/gate/random.ts";
import { degraded, type WatchedRun } from "../../../replay/release/watch.ts";

interface Life {
  readonly tasks: number;
  /** Runs before the promotion, and after it. */
  readonly before: number;
  readonly after: number;
  /** Chance that a task passes, by its number. */
  readonly was: (task: number) => number;
  readonly is: (task: number) => number;
  /** Runs from one look to the next; 1 when left out. */
  readonly every?: number;
}

/** The look after which it says degraded, or undefined. The level of each look is what `spend` gives. */
function alarm(life: Life, seed: string, spend: (look: number) => number): number | undefined {
  const uniform = random(seed);
  const run = (chance: (task: number) => number): WatchedRun => {
    const task = Math.floor(uniform() * life.tasks);
    return { task: String(task), pass: uniform() < chance(task) };
  };
  const before = Array.from({ length: life.before }, () => run(life.was));
  const after: WatchedRun[] = [];
  for (let look = 1; after.length < life.after; look++) {
    for (let i = 0; i < (life.every ?? 1); i++) after.unshift(run(life.is));
    if (degraded(before, after, spend(look)).degraded) return look;
  }
  return undefined;
}

function share(life: Life, streams: number, spend: (look: number) => number): number {
  const alarms = Array.from({ length: streams }, (_, i) => alarm(life, `life-${i}`, spend));
  return alarms.filter((look) => look !== undefined).length / streams;
}

const spent = (look: number) => 0.01 / (look * (look + 1));
const flaky = (task: number) => 0.5 + (task % 6) / 10;

test("an agent that did not change is taken back in at most 1 of 100 lives, with a look after every run", () => {
  const lives: Life[] = [8, 40].flatMap((tasks) =>
    [30, 120].map((before) => ({ tasks, before, after: 60, was: flaky, is: flaky })),
  );
  for (const life of lives) expect(share(life, 150, spent)).toBeLessThanOrEqual(0.01);
});

test("the simulation has teeth: with 5% at every look, more than 5% are taken back", () => {
  const life: Life = { tasks: 40, before: 120, after: 60, was: flaky, is: flaky };
  expect(share(life, 150, () => 0.05)).toBeGreaterThan(0.05);
});

test("an agent that got much worse is noticed; looking seldom costs less of the level than looking after every run", () => {
  const life: Life = { tasks: 20, before: 60, after: 60, was: () => 0.95, is: () => 0.3 };
  const seldom = share({ ...life, every: 20 }, 100, spent);
  const often = share(life, 100, spent);
  expect(seldom).toBeGreaterThan(0.95);
  expect(often).toBeGreaterThan(0.6);
  expect(often).toBeLessThan(seldom);
});
