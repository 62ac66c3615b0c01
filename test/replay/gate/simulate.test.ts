import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../../../replay/gate/random.ts";
import { agentOf, simulate, type Simulation } from "../../../replay/gate/simulate.ts";

const EVERY_TASK: Simulation = {
  tasks: 40,
  flakiness: 1,
  effect: 0.2,
  runs: 2000,
  alpha: 0.05,
  seed: "test",
};

describe("figures of the gate by evidence", () => {
  // Seeded: the same figures every time. The bars are those of a plain e-process.
  test.each([
    [20, 0.73, 121],
    [40, 0.92, 151],
    [100, 0.99, 165],
  ])("%i tasks from .5 to .7", (tasks, power, trials) => {
    const result = simulate({ ...EVERY_TASK, tasks });
    expect(result.measures).toBe("power");
    expect(result.trueGain).toBeCloseTo(0.2, 12);
    expect(result.promoted).toBeGreaterThanOrEqual(power);
    expect(result.meanTrials).toBeLessThanOrEqual(trials);
  });

  test.each(["none", "balanced"] as const)(
    "null %s: false promotions within alpha, and it gives up early",
    (kind) => {
      for (const [tasks, flakiness, part] of [
        [8, 0.5, 0.6],
        [40, 0.2, 0.4],
        [40, 0.5, 0.5],
      ] as const) {
        const result = simulate({ ...EVERY_TASK, tasks, flakiness, null: kind });
        expect(result).toMatchObject({ measures: "false promotions", trueGain: 0 });
        expect(result.promoted).toBeLessThanOrEqual(0.05);
        expect(result.meanTrials).toBeLessThan(part * result.mostTrials);
      }
    },
  );

  test("the share lies in its interval, and the ends add up", () => {
    const { promoted, interval, ended, runs } = simulate({ ...EVERY_TASK, runs: 300 });
    expect(interval[0]).toBeLessThan(promoted);
    expect(interval[1]).toBeGreaterThan(promoted);
    expect(ended.better + ended.futile + ended.spent).toBe(runs);
  });

  test("the same seed gives the same figures, another seed others", () => {
    const figures = (seed: string) => simulate({ ...EVERY_TASK, runs: 200, seed });
    expect(figures("a")).toEqual(figures("a"));
    expect(figures("b").meanTrials).not.toBe(figures("a").meanTrials);
  });
});

test("a synthetic agent stays within 0 and 1, and a null gains nothing over all tasks", () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const kind = fc.constantFrom("none" as const, "balanced" as const);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), part, part, kind, (tasks, flakiness, effect, kind) => {
      const agent = agentOf({ tasks, flakiness, effect, null: kind });
      expect(agent).toHaveLength(tasks);
      for (const { before, after } of agent) {
        expect(before).toBeGreaterThanOrEqual(0);
        expect(after).toBeGreaterThanOrEqual(0);
        expect(after).toBeLessThanOrEqual(1);
      }
      expect(agent.reduce((sum, { before, after }) => sum + after - before, 0)).toBeCloseTo(0, 9);
    }),
    { seed: 9, numRuns: 200 },
  );
});

test("random numbers fill the unit interval evenly", () => {
  const uniform = random("even");
  const counts = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 10_000; i++) counts[Math.floor(uniform() * 10)]!++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
});
