import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cluster, Failure } from "../../../evolver/failure.ts";
import { split } from "../../../evolver/cycle/split.ts";
import { trace } from "../traces.ts";

describe("split", () => {
  test("holds out the rounded-up share, and always leaves one to learn from", () => {
    expect(sizes(1, 0.34)).toEqual({ support: 1, holdout: 0 });
    expect(sizes(2, 0.34)).toEqual({ support: 1, holdout: 1 });
    expect(sizes(4, 0.34)).toEqual({ support: 2, holdout: 2 });
    expect(sizes(10, 0.34)).toEqual({ support: 6, holdout: 4 });
    expect(sizes(3, 0.9)).toEqual({ support: 1, holdout: 2 });
    expect(sizes(3, 0)).toEqual({ support: 3, holdout: 0 });
  });

  test("depends on the tasks only: not on their order, the run or the time", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 30 }),
        fc.integer(),
        (tasks, seed) => {
          const shuffled = tasks.toSorted((a, b) => Number(hash(a, seed) > hash(b, seed)) - 0.5);
          const first = split(clusterOf(tasks, "a"), 0.34, new Map());
          const second = split(clusterOf(shuffled, "b"), 0.34, new Map());
          expect(names(second.holdout)).toEqual(names(first.holdout));
          expect(names(second.support)).toEqual(names(first.support));
        },
      ),
    );
  });

  test("a task keeps its side when it turns up in another cluster", () => {
    const sides = new Map();
    const first = split(clusterOf(["a", "b", "c", "d"], "x"), 0.5, sides);
    const [held] = names(first.holdout);
    const [learnt] = names(first.support);
    const again = split(clusterOf([held ?? "", learnt ?? "", "e", "f"], "y"), 0.5, sides);
    expect(names(again.holdout)).toContain(held);
    expect(names(again.support)).toContain(learnt);
    expect(split(clusterOf([held ?? ""], "z"), 0.5, sides).support).toEqual([]);
  });

  test("no task is on both sides, and none is lost", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 30 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (tasks, share) => {
          const { support, holdout } = split(clusterOf(tasks, "a"), share, new Map());
          expect([...names(support), ...names(holdout)].toSorted()).toEqual(tasks.toSorted());
        },
      ),
    );
  });
});

function sizes(count: number, share: number): { support: number; holdout: number } {
  const tasks = Array.from({ length: count }, (_, i) => `suite/task-${i}`);
  const { support, holdout } = split(clusterOf(tasks, "run"), share, new Map());
  return { support: support.length, holdout: holdout.length };
}

function names(failures: readonly Failure[]): string[] {
  return failures.map(({ trace }) => trace.run.task ?? "").toSorted();
}

function hash(text: string, seed: number): number {
  let value = seed;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value;
}

function clusterOf(tasks: readonly string[], cycle: string): Cluster {
  const signature = { kind: "wrong-result", template: "-" } as const;
  const failures = tasks.map((task, i): Failure => {
    const { run } = trace();
    return { trace: { run: { ...run, id: `${cycle}-${i}`, task }, events: [] }, signature, hypotheses: [] };
  });
  return { id: "c", signature, title: "t", failures };
}
