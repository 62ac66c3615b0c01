import { describe, expect, test } from "vitest";
import { simulateLife, type LifeSimulation } from "../../../replay/gate/simulate-life.ts";

const LIFE: LifeSimulation = {
  tasks: 40,
  flakiness: 0.5,
  effect: 0.2,
  life: 200,
  helpful: 0.3,
  lives: 10,
  alpha: 0.05,
  seed: "test",
};

describe("lives of synthetic agents", () => {
  test("promote few that do not help, and most that do", () => {
    const result = simulateLife(LIFE);
    expect(result.falseShare).toBeLessThanOrEqual(0.05);
    expect(result.worstFalseShare).toBeGreaterThanOrEqual(result.falseShare);
    expect(result.power).toBeGreaterThan(0.85);
    expect(result.powerInterval[0]).toBeLessThan(result.power);
    expect(result.promotions).toBeCloseTo(result.power * 0.3 * 200 + result.falsePromotions, -1);
    expect(result.firstLevel).toBeLessThan(0.05);
  });

  test("without a candidate that helps, each promotion is false, and lives with one are rare", () => {
    const result = simulateLife({ ...LIFE, helpful: 0, lives: 60, tasks: 8 });
    expect(result.falsePromotions).toBe(result.promotions);
    expect(result.falseShare).toBeLessThanOrEqual(0.05);
    expect(result.lastLevel).toBeLessThan(result.firstLevel);
  });

  test("each candidate at alpha is what the control is for: many lives are false then", () => {
    const levels = (): { level: number; share: number } => ({ level: 0.05, share: 0.05 });
    const result = simulateLife({ ...LIFE, helpful: 0, lives: 20, life: 100, tasks: 20, levels });
    expect(result.falseShare).toBeGreaterThan(0.5);
  });

  test("the same seed gives the same figures, another seed others", () => {
    const short = { ...LIFE, life: 20, lives: 3 };
    expect(simulateLife(short)).toEqual(simulateLife(short));
    expect(simulateLife({ ...short, seed: "other" }).meanTrials).not.toBe(simulateLife(short).meanTrials);
  });
});
