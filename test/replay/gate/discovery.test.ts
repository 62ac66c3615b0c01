import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { costOf, left, levelFor, nextLevel, part, type Tested } from "../../../replay/gate/discovery.ts";

/** What happens to one candidate: its e-value as a multiple of what its level asks for, or a test that is cut off. */
interface Event {
  readonly reach: number | undefined;
  /** Another rule refuses it. */
  readonly refused: boolean;
}

const event: fc.Arbitrary<Event> = fc.record({
  reach: fc.option(fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1.5, noNaN: true })), {
    nil: undefined,
  }),
  refused: fc.boolean(),
});

function live(events: readonly Event[], alpha: number): Tested[] {
  return events.reduce<Tested[]>((life, { reach, refused }) => {
    const taken = nextLevel(life, alpha);
    const evalue = reach === undefined ? undefined : reach / taken.level;
    return [...life, { ...taken, evalue, accepted: !refused && (reach ?? 0) >= 1 }];
  }, []);
}

describe("the budget", () => {
  const alphas = fc.constantFrom(0.001, 0.05, 0.2, 0.9);

  test("is never overdrawn, whatever happens: what open tests may cost is reserved", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), alphas, (events, alpha) => {
        const life = live(events, alpha);
        const cost = life.reduce((sum, one) => sum + costOf(one), 0);
        expect(cost).toBeLessThanOrEqual(alpha);
        expect(life.every((one) => one.level > 0 && one.level <= alpha)).toBe(true);
        const open = { ...nextLevel(life, alpha), evalue: undefined, accepted: false };
        expect(costOf(open)).toBeLessThanOrEqual(left(life, alpha));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("levels are predictable: what happens later changes none", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), fc.array(event, { maxLength: 20 }), (past, future) => {
        const levels = live([...past, ...future], 0.05).map(({ level }) => level);
        expect(levels.slice(0, past.length)).toEqual(live(past, 0.05).map(({ level }) => level));
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test("more evidence never costs more, and never lowers the next level", () => {
    const evalue = fc.double({ min: 0, max: 2000, noNaN: true });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), evalue, evalue, (past, a, b) => {
        const life = live(past, 0.05);
        const after = (e: number): Tested[] => {
          const taken = nextLevel(life, 0.05);
          return [...life, { ...taken, evalue: e, accepted: e >= 1 / taken.level }];
        };
        const [less, more] = [after(Math.min(a, b)), after(Math.max(a, b))];
        expect(left(more, 0.05)).toBeGreaterThanOrEqual(left(less, 0.05));
        expect(nextLevel(more, 0.05).level).toBeGreaterThanOrEqual(nextLevel(less, 0.05).level);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  test("a level is round, within a quarter of what is affordable, and stays affordable", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 0.05, noNaN: true }), fc.nat(500), (most, accepted) => {
        const taken = levelFor(most, accepted, 0.05);
        expect(taken.level).toBe(Number(taken.level.toPrecision(2)));
        const scaled = most * (accepted + 1);
        expect(taken.level).toBeGreaterThanOrEqual(Math.min(0.05, (0.75 * scaled) / (1 + scaled)));
        expect(costOf({ ...taken, evalue: undefined, accepted: false })).toBeLessThanOrEqual(
          most * (1 + 1e-12),
        );
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  test("with alpha lowered below what is spent, there is no level", () => {
    const life = live(
      Array.from({ length: 40 }, () => ({ reach: 0, refused: false })),
      0.05,
    );
    expect(nextLevel(life, 0.01)).toEqual({ level: 0, share: 0 });
  });

  test("the part that a test may cost stays within 0 and 1 and falls", () => {
    for (let t = 0; t < 1000; t++) {
      expect(part(t)).toBeGreaterThan(part(t + 1));
      expect(part(t)).toBeLessThanOrEqual(1);
    }
  });
});

interface Agents {
  readonly alpha: number;
  /** The chance that a candidate that helps is accepted. */
  readonly power: number;
  /** The e-value at which a candidate is given up. */
  readonly stops: number;
  /** The part of what is left that each test may cost: a greedy one leaves the least room. */
  readonly part: number;
}

/**
 * The expected false share of a whole short life, over all that can happen. A candidate that does not help has the
 * sharpest e-value there is: `stops` where it is given up, and all the rest of an expectation of 1 at 1/level.
 */
function falseShare(
  helps: readonly boolean[],
  agents: Agents,
  life: readonly Tested[] = [],
): { final: number; worst: number } {
  const { alpha, power, stops, part: taken } = agents;
  const shares = life.map((_, t) => {
    const accepted = life.slice(0, t + 1).flatMap((one, i) => (one.accepted ? [helps[i] === true] : []));
    return accepted.length === 0 ? 0 : accepted.filter((help) => !help).length / accepted.length;
  });
  if (life.length === helps.length) return { final: shares.at(-1) ?? 0, worst: Math.max(0, ...shares) };
  const accepted = life.filter((one) => one.accepted).length;
  const next = levelFor(left(life, alpha) * taken, accepted, alpha);
  if (next.level === 0) return { final: shares.at(-1) ?? 0, worst: Math.max(0, ...shares) };
  const helping = helps[life.length] === true;
  const chance = helping ? power : (1 - stops) / (1 / next.level - stops);
  const sum = { final: 0, worst: 0 };
  for (const [yes, weight] of [
    [true, chance],
    [false, 1 - chance],
  ] as const) {
    const evalue = yes ? 1 / next.level : stops;
    const rest = falseShare(helps, agents, [...life, { ...next, evalue, accepted: yes }]);
    sum.final += weight * rest.final;
    sum.worst += weight * rest.worst;
  }
  return sum;
}

describe("the false share of a life, by exact enumeration", () => {
  const agents = fc.record({
    alpha: fc.constantFrom(0.05, 0.3, 0.8),
    power: fc.constantFrom(0, 0.5, 1),
    stops: fc.constantFrom(0, 0.4, 0.9),
    part: fc.constantFrom(0.05, 0.5, 1),
  });

  test("is alpha at most, at its end and at its worst moment", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), agents, (helps, how) => {
        const share = falseShare(helps, how);
        expect(share.final).toBeLessThanOrEqual(how.alpha);
        expect(share.worst).toBeLessThanOrEqual(how.alpha);
      }),
      { seed: 5, numRuns: 150 },
    );
  });

  test("each candidate that does not help pays, in expectation, for its chance to be accepted", () => {
    const inside = fc.double({ min: 1e-6, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(inside, inside, fc.nat(50), (level, stops, accepted) => {
        const taken = { level, share: level / (accepted + 1) };
        const chance = (1 - stops) / (1 / level - stops);
        const yes = costOf({ ...taken, evalue: 1 / level, accepted: true });
        const no = costOf({ ...taken, evalue: stops, accepted: false });
        const part = chance / (accepted + 1);
        expect(chance * yes + (1 - chance) * no).toBeGreaterThanOrEqual(part * (1 - 1e-9));
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  test("comes close to alpha when none helps and all is spent: the bound has little to give", () => {
    const none = Array.from({ length: 8 }, () => false);
    const share = falseShare(none, { alpha: 0.05, power: 0, stops: 0, part: 1 }).worst;
    expect(share).toBeGreaterThan(0.7 * 0.05);
  });
});
