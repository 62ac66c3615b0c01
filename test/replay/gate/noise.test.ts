import { expect, test } from "vitest";
import { atLeast, disagreement, lostByChance } from "../../../replay/gate/noise.ts";
import type { Case } from "../../../replay/gate/case.ts";

const caseOf = (baseline: readonly boolean[]): Case => ({
  name: "a",
  role: "passing",
  baseline,
  candidate: baseline,
});

/** All outcomes of n trials with their probability when each passes with p. */
function outcomes(n: number, p: number): { readonly trials: boolean[]; readonly chance: number }[] {
  return Array.from({ length: 2 ** n }, (_, bits) => {
    const trials = Array.from({ length: n }, (_, i) => ((bits >> i) & 1) === 1);
    return { trials, chance: trials.reduce((chance, pass) => chance * (pass ? p : 1 - p), 1) };
  });
}

test.each([0, 0.1, 0.5, 0.8])("how often trials differ is estimated without bias at %f", (p) => {
  for (const n of [2, 3, 5]) {
    const mean = outcomes(n, p).reduce(
      (sum, { trials, chance }) => sum + chance * disagreement([caseOf(trials)])!,
      0,
    );
    expect(mean).toBeCloseTo(2 * p * (1 - p), 12);
  }
});

test("a single trial of each case says nothing about it", () => {
  expect(disagreement([caseOf([true]), caseOf([false])])).toBeUndefined();
  expect(disagreement([caseOf([true]), caseOf([true, false])])).toBe(1);
});

test("chance loses no more than the bound, at any rate and number of trials", () => {
  for (const n of [1, 2, 3, 4]) {
    for (let p = 0; p <= 1; p += 0.05) {
      const bound = lostByChance([caseOf(Array.from({ length: n }, () => true))], 2 * p * (1 - p));
      expect((p * (1 - p)) ** n).toBeLessThanOrEqual(bound + 1e-12);
    }
  }
});

test("the tail of a Poisson variable", () => {
  expect(atLeast(0, 3)).toBe(1);
  expect(atLeast(1, 0)).toBe(0);
  expect(atLeast(1, 0.5)).toBeCloseTo(1 - Math.exp(-0.5), 12);
  expect(atLeast(3, 2)).toBeCloseTo(1 - Math.exp(-2) * (1 + 2 + 2), 12);
});
