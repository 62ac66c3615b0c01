import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BETS, evalueOf } from "../../../replay/gate/bets.ts";
import type { Case } from "../../../replay/gate/case.ts";

/** What a case did in one pair of trials, how likely that is, and what the rates are. */
interface Rates {
  readonly before: number;
  readonly after: number;
}

const caseOf = (name: string, baseline: readonly boolean[], candidate: readonly boolean[]): Case => ({
  name,
  role: undefined,
  baseline,
  candidate,
});

/** All that one pass can show, with its probability: both arms of each task once. */
function passesOf(
  tasks: readonly Rates[],
): { readonly pairs: [boolean, boolean][]; readonly chance: number }[] {
  return tasks.reduce<{ pairs: [boolean, boolean][]; chance: number }[]>(
    (all, { before, after }) =>
      all.flatMap(({ pairs, chance }) =>
        [true, false].flatMap((baseline) =>
          [true, false].map((candidate) => ({
            pairs: [...pairs, [baseline, candidate] as [boolean, boolean]],
            chance: chance * (baseline ? before : 1 - before) * (candidate ? after : 1 - after),
          })),
        ),
      ),
    [{ pairs: [], chance: 1 }],
  );
}

/**
 * The best that someone can expect who knows every rate, looks after each pass and stops when it suits: computed by
 * going through all outcomes.
 */
function bestStop(tasks: readonly Rates[], passes: number, seen: [boolean, boolean][][] = []): number {
  const now =
    seen.length === 0
      ? 1
      : evalueOf(
          tasks.map((_, i) =>
            caseOf(
              `${i}`,
              seen.map((pass) => pass[i]![0]),
              seen.map((pass) => pass[i]![1]),
            ),
          ),
        );
  if (seen.length === passes) return now;
  const goingOn = passesOf(tasks)
    .filter(({ chance }) => chance > 0)
    .reduce((sum, { pairs, chance }) => sum + chance * bestStop(tasks, passes, [...seen, pairs]), 0);
  return Math.max(now, goingOn);
}

const rate = fc.integer({ min: 0, max: 8 }).map((n) => n / 8);
/** Tasks whose rates do not rise on average; single ones may, as far as they can. */
const nullTasks = (max: number) =>
  fc.array(fc.record({ before: rate, after: rate }), { minLength: 1, maxLength: max }).map((tasks) => {
    const gain = tasks.reduce((sum, { before, after }) => sum + after - before, 0);
    return gain <= 0 ? tasks : tasks.map(({ before, after }) => ({ before: after, after: before }));
  });

describe("under the null, by exact enumeration", () => {
  test("nobody can expect more than 1 by stopping when it suits", () => {
    fc.assert(
      fc.property(nullTasks(2), (tasks) => {
        expect(bestStop(tasks, 2)).toBeLessThanOrEqual(1 + 1e-12);
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  test("one task gains as much as the other loses, up to always and never", () => {
    for (const size of [0.25, 0.5, 1]) {
      const [up, down] = [
        { before: 0, after: size },
        { before: size, after: 0 },
      ];
      expect(bestStop([up, down], 3)).toBeLessThanOrEqual(1 + 1e-12);
      expect(bestStop([up, down, up, down], 1)).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  test("the enumeration sees what is not valid: with a gain the expectation is above 1", () => {
    expect(bestStop([{ before: 0.25, after: 0.75 }], 2)).toBeGreaterThan(1);
  });

  test("trying again what looks bad, until it looks good, makes no evidence", () => {
    const even = { before: 0.5, after: 0.5 };
    let expected = 0;
    for (const first of passesOf([even, even, even])) {
      for (const second of passesOf([even, even, even])) {
        const cases = first.pairs.map((pair, i) => {
          const pairs = pair[1] && !pair[0] ? [pair] : [pair, second.pairs[i]!];
          return caseOf(
            `${i}`,
            pairs.map(([baseline]) => baseline),
            pairs.map(([, candidate]) => candidate),
          );
        });
        expected += first.chance * second.chance * evalueOf(cases);
      }
    }
    expect(expected).toBeLessThanOrEqual(1 + 1e-12);
  });
});

describe("whatever the table", () => {
  const anyCase = fc
    .array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 4 })
    .map((pairs) =>
      caseOf(
        "c",
        pairs.map(([before]) => before),
        pairs.map(([, after]) => after),
      ),
    );
  const anyCases = fc.array(anyCase, { minLength: 1, maxLength: 6 });
  const options = { seed: 7, numRuns: 300 };

  test("with the arms swapped, a gain is a loss", () => {
    fc.assert(
      fc.property(anyCases, (cases) => {
        const swapped = cases.map((one) => ({ ...one, baseline: one.candidate, candidate: one.baseline }));
        expect(evalueOf(swapped, "gain")).toBeCloseTo(evalueOf(cases, "loss"), 12);
      }),
      options,
    );
  });

  test("one more pass of the candidate never makes it less", () => {
    fc.assert(
      fc.property(anyCases, fc.nat(), fc.nat(), (cases, which, trial) => {
        const better = cases.map((one, i) =>
          i === which % cases.length
            ? {
                ...one,
                candidate: one.candidate.map((pass, j) => pass || j === trial % one.candidate.length),
              }
            : one,
        );
        expect(evalueOf(better)).toBeGreaterThanOrEqual(evalueOf(cases) * (1 - 1e-12));
      }),
      options,
    );
  });

  test("the order of cases does not matter", () => {
    fc.assert(
      fc.property(anyCases, (cases) => {
        expect(evalueOf(cases.toReversed())).toBeCloseTo(evalueOf(cases), 9);
      }),
      options,
    );
  });
});

test("what it is worth, by hand", () => {
  expect(BETS.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  const gains = (n: number) => Array.from({ length: n }, (_, i) => caseOf(`${i}`, [false], [true]));
  expect(evalueOf(gains(0))).toBe(1);
  expect(evalueOf([caseOf("same", [true, false], [true, false])])).toBe(1);
  expect(evalueOf(gains(3))).toBeCloseTo(0.15 * 1.2 ** 3 + 0.7 * 1.4 ** 3 + 0.15 * 1.9 ** 3, 12);
  expect(evalueOf(gains(3), "loss")).toBeCloseTo(0.15 * 0.8 ** 3 + 0.7 * 0.6 ** 3 + 0.15 * 0.1 ** 3, 12);
});
