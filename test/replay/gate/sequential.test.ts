import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { begin, nextTask, observe, type Progress } from "../../../replay/gate/sequential.ts";
import { makePlan, plan, type Plan } from "../../../replay/gate/sequential-plan.ts";

const GAIN = { baseline: false, candidate: true };
const LOSS = { baseline: true, candidate: false };
const SAME = { baseline: true, candidate: true };

/** The probability of each kind of pair, whatever the task: that of a task drawn at random. */
interface Chances {
  readonly gain: number;
  readonly loss: number;
}

/** Goes through all that can happen, and folds it from the end: `value` of an end, the mean of what follows otherwise. */
function fold(
  planned: Plan,
  { gain, loss }: Chances,
  value: (progress: Progress, goingOn: number | undefined) => number,
): number {
  const known = new Map<string, number>();
  const from = (progress: Progress): number => {
    const key = `${progress.pairs} ${progress.gains} ${progress.losses} ${progress.state}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const after = (pair: typeof GAIN): number => from(observe(planned, progress, pair));
    const goingOn =
      progress.state === "open"
        ? gain * after(GAIN) + loss * after(LOSS) + (1 - gain - loss) * after(SAME)
        : undefined;
    const result = value(progress, goingOn);
    known.set(key, result);
    return result;
  };
  return from(begin(planned));
}

const promoted = (planned: Plan, chances: Chances): number =>
  fold(planned, chances, ({ state }, goingOn) => goingOn ?? Number(state === "better"));

const plans = [plan(2, 0.3), plan(8, 0.05), plan(12, 0.1)];
const nullChances = fc
  .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }))
  .map(([a, b]) => ({ gain: Math.min(a, b) / 100, loss: Math.max(a, b) / 100 }));

describe("under the null, by exact enumeration", () => {
  test("is promoted with probability alpha at most, looked at after every pair", () => {
    fc.assert(
      fc.property(fc.constantFrom(...plans), nullChances, (planned, chances) => {
        expect(promoted(planned, chances)).toBeLessThanOrEqual(planned.alpha);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  test("nobody can expect more than 1 by stopping when it suits", () => {
    fc.assert(
      fc.property(fc.constantFrom(...plans), nullChances, (planned, chances) => {
        const best = fold(planned, chances, ({ evalue }, goingOn) => Math.max(evalue, goingOn ?? 0));
        expect(best).toBeLessThanOrEqual(1 + 1e-12);
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  test("every sequence of a short plan, thrown one by one, agrees", () => {
    const planned = plan(2, 0.3);
    let reached = 0;
    for (let coins = 0; coins < 2 ** planned.pairs; coins++) {
      let progress = begin(planned);
      for (let i = 0; i < planned.pairs; i++)
        progress = observe(planned, progress, (coins >> i) & 1 ? GAIN : LOSS);
      if (progress.state === "better") reached++;
    }
    const share = reached / 2 ** planned.pairs;
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThanOrEqual(0.3);
    expect(share).toBeCloseTo(promoted(planned, { gain: 0.5, loss: 0.5 }), 12);
  });

  test("the enumeration sees a gain", () => {
    expect(promoted(plan(20, 0.05), { gain: 0.35, loss: 0.15 })).toBeGreaterThan(0.7);
  });
});

describe("tasks of which some gain and others lose, drawn one by one", () => {
  interface Task {
    readonly before: number;
    readonly after: number;
  }
  const chancesOf = ({ before, after }: Task): Chances => ({
    gain: (1 - before) * after,
    loss: before * (1 - after),
  });

  /** The chance of a promotion when the allocation names the task of each pair; all sequences are gone through. */
  function reaches(
    planned: Plan,
    tasks: readonly Task[],
    next: (progress: Progress) => readonly number[],
  ): number {
    const known = new Map<string, number>();
    const from = (progress: Progress): number => {
      if (progress.state !== "open") return Number(progress.state === "better");
      const key = `${progress.pairs} ${progress.gains} ${progress.losses}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const drawn = next(progress);
      let chance = 0;
      for (const task of drawn) {
        const { gain, loss } = chancesOf(tasks[task]!);
        chance +=
          (gain * from(observe(planned, progress, GAIN)) +
            loss * from(observe(planned, progress, LOSS)) +
            (1 - gain - loss) * from(observe(planned, progress, SAME))) /
          drawn.length;
      }
      known.set(key, chance);
      return chance;
    };
    return from(begin(planned));
  }

  const draws = Array.from({ length: 64 }, (_, i) => i / 64);
  const uniformly = (tasks: number) => draws.map((uniform) => nextTask(tasks, uniform));

  test("are promoted with probability alpha at most, when what they gain is not above what they lose", () => {
    const rate = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10);
    const pairOfTasks = fc.tuple(rate, rate, rate, rate).map(([a, b, c, d]) => {
      // The second task loses what the first gains, as far as it can; the first gains no more than that.
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const lost = Math.min(high - low, c);
      return [
        { before: low, after: low + lost },
        { before: c, after: c - lost },
        { before: d, after: d },
        { before: 1 - d, after: 1 - d },
      ];
    });
    fc.assert(
      fc.property(fc.constantFrom(...plans), pairOfTasks, (planned, tasks) => {
        expect(reaches(planned, tasks, () => uniformly(4))).toBeLessThanOrEqual(planned.alpha);
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  test("the enumeration sees why tasks are drawn uniformly: tasks that gained so far, played on, promote a null", () => {
    const tasks = [
      { before: 0.2, after: 0.8 },
      { before: 0.8, after: 0.2 },
    ];
    const planned = plan(8, 0.05);
    expect(reaches(planned, tasks, () => uniformly(2))).toBeLessThanOrEqual(0.05);
    expect(reaches(planned, tasks, () => [0])).toBeGreaterThan(0.5);
  });
});

describe("the plan", () => {
  test.each([
    [8, 0.05],
    [40, 0.05],
    [40, 0.001],
    [3, 0.5],
  ])("%i tasks at %f: fair bets, and more wealth for more gains", (tasks, alpha) => {
    const { wealth, needed, pairs } = plan(tasks, alpha);
    expect(pairs).toBe(tasks * (alpha >= 0.05 ? 5 : 11.55));
    expect(wealth[0]![0]).toBeLessThanOrEqual(1);
    const wrong: string[] = [];
    for (let moved = 0; moved < pairs; moved++) {
      for (let gains = 0; gains <= moved; gains++) {
        const here = wealth[moved]![gains]!;
        const [down, up] = [wealth[moved + 1]![gains]!, wealth[moved + 1]![gains + 1]!];
        const fair = gains < needed[moved]! ? (up + down) / 2 : 1 / alpha;
        if (!(up >= down) || !(Math.abs(here - fair) < 1e-9)) wrong.push(`${gains} of ${moved}: ${here}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("asks for the same at the same alpha, from those that are kept, and anew", () => {
    expect(plan(12, 0.03)).toBe(plan(12, 0.03));
    expect(plan(12, 0.03)).toEqual(makePlan(12, 0.03));
    const first = plan(2, 0.5);
    for (let tasks = 3; tasks < 20; tasks++) plan(tasks, 0.5);
    expect(plan(2, 0.5)).not.toBe(first);
    expect(plan(2, 0.5)).toEqual(first);
  });

  test("does not grow without bound", () => {
    expect(plan(5000, 0.05).pairs).toBe(1000);
  });
});

describe("a comparison", () => {
  const planned = plan(10, 0.05);
  const after = (...pairs: (typeof GAIN)[]): Progress =>
    pairs.reduce((progress, pair) => observe(planned, progress, pair), begin(planned));

  test("ends at the evidence, and then nothing changes", () => {
    const done = after(...Array.from({ length: 12 }, () => GAIN));
    expect(done.state).toBe("better");
    expect(done.evalue).toBeCloseTo(20, 9);
    expect(observe(planned, done, LOSS)).toBe(done);
  });

  test("gives up where nothing differs, and never promotes without a gain", () => {
    expect(after(...Array.from({ length: 50 }, () => SAME)).state).toBe("futile");
    expect(after(...Array.from({ length: 50 }, () => LOSS)).state).toBe("futile");
  });

  test("a gain in the place of a loss or of no difference is never less evidence", () => {
    const pair = fc.constantFrom(GAIN, LOSS, SAME);
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 7 }), fc.nat(), (pairs, which) => {
        const better = pairs.map((one, i) => (i === which % pairs.length ? GAIN : one));
        expect(after(...better).evalue).toBeGreaterThanOrEqual(after(...pairs).evalue * (1 - 1e-12));
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test("is decided by how many gains and losses there were, not by their order", () => {
    const pairs = fc.array(fc.constantFrom(GAIN, LOSS, SAME), { maxLength: 7 });
    fc.assert(
      fc.property(pairs, (pairs) => {
        expect(after(...pairs.toReversed()).evalue).toBe(after(...pairs).evalue);
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  test("each task is drawn from an equal part of the unit interval", () => {
    expect([0, 0.24, 0.25, 0.5, 0.99].map((uniform) => nextTask(4, uniform))).toEqual([0, 0, 1, 2, 3]);
  });
});
