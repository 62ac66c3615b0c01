import fc from "fast-check";
import { expect, test } from "vitest";
import { bestOfTwo } from "../../../replay/gate/control.ts";
import type { Case } from "../../../replay/gate/case.ts";

const caseOf = (baseline: readonly boolean[], candidate: readonly boolean[] = [true]): Case => ({
  name: "c",
  role: undefined,
  baseline,
  candidate,
});

test("undefined without a case that has two trials of the baseline", () => {
  expect(bestOfTwo([])).toBeUndefined();
  expect(bestOfTwo([caseOf([true]), caseOf([false])])).toBeUndefined();
});

test("by hand: only the cases with two trials, each counted once", () => {
  const cases = [
    caseOf([false, false, true], [true, false]),
    caseOf([false, false], [false]),
    caseOf([false], [true]),
  ];
  const control = bestOfTwo(cases);
  expect(control).toMatchObject({ candidate: 0.25, baseline: 1 / 6 });
  expect(control?.bestOfTwo).toBeCloseTo(1 / 3, 12);
});

test("has the expectation 1 − (1 − p)², over all outcomes of n trials", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, p) => {
      let expected = 0;
      for (let bits = 0; bits < 2 ** n; bits++) {
        const trials = Array.from({ length: n }, (_, i) => ((bits >> i) & 1) === 1);
        const chance = trials.reduce((product, pass) => product * (pass ? p : 1 - p), 1);
        expected += chance * (bestOfTwo([caseOf(trials)])?.bestOfTwo ?? Number.NaN);
      }
      expect(expected).toBeCloseTo(1 - (1 - p) ** 2, 9);
    }),
    { seed: 1, numRuns: 60 },
  );
});
