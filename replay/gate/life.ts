/** The candidates that were tested by evidence, over the life of an agent, as the store holds them. */
import { z } from "zod";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import { left, nextLevel, type Tested } from "./discovery.ts";
import type { Progress } from "./sequential.ts";
import { ALPHA } from "./setting.ts";

/** The part of a store that this needs. */
export type LifeStore = Pick<Store, "put" | "putNew" | "list">;

export const LIFE = "gate-life";

const LifeEntry = z.strictObject({
  /** From 0, without holes, in the order in which the levels were taken. */
  index: z.number().int().nonnegative(),
  candidate: z.string(),
  at: z.string(),
  /** That of the home when the level was taken. */
  alpha: z.number().gt(0).lt(1),
  level: z.number().gt(0).lt(1),
  share: z.number().gt(0).lt(1),
  /** How the test ended. Missing while it goes on, and for good when its cycle was killed. */
  closed: z
    .strictObject({
      at: z.string(),
      evalue: z.number().nonnegative(),
      pairs: z.number().int().nonnegative(),
      state: z.enum(["open", "better", "futile", "spent"]),
      accepted: z.boolean(),
    })
    .optional(),
});
export type LifeEntry = z.infer<typeof LifeEntry>;

/** How a test ended. */
export interface TestEnd {
  /** At the last pair, as `observe` gives it. Never the highest that was seen: that is no e-value. */
  readonly evalue: number;
  readonly pairs: number;
  /** `open` when the cycle stopped before the comparison ended. */
  readonly state: Progress["state"];
  /** All rules of the gate held. */
  readonly accepted: boolean;
}

/** For people. */
export interface LifeSummary {
  readonly tests: number;
  readonly accepted: number;
  /** Bound on the expected share of accepted candidates that do not help. */
  readonly bound: number;
  /** The level of the next candidate. */
  readonly nextLevel: number;
  /** Part of the bound that is not spent, in [0, 1]. */
  readonly left: number;
}

/**
 * Takes the level of the next candidate, before its first trial. The level is spent when this resolves: a cycle that is
 * killed afterwards has spent it.
 *
 * Two processes never get the same number, with or without the lock of the cycle: an entry is written only where its key
 * is free, which the store decides (`putNew`); who comes second reads the life again, and takes the next number at the
 * level that goes with it.
 * @throws RatchetError (infrastructure) when the life cannot be read: without it there is no level
 * @throws RatchetError (usage) when a lower alpha than before has nothing left
 * @throws RangeError when alpha is not within (0, 1)
 */
export async function openTest(
  store: LifeStore,
  { candidate, alpha }: { readonly candidate: string; readonly alpha: number },
  now: Date = new Date(),
): Promise<{ readonly index: number; readonly level: number }> {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be between 0 and 1, and is ${alpha}`);
  for (;;) {
    const life = await lifeOf(store);
    const { level, share } = nextLevel(life.map(testedOf), alpha);
    if (level === 0) throw nothingLeft(alpha);
    const index = life.length;
    const entry: LifeEntry = { index, candidate, at: now.toISOString(), alpha, level, share };
    if (await store.putNew(LIFE, keyOf(index), entry)) return { index, level };
  }
}

/**
 * Writes how a test ended.
 * @throws RatchetError (infrastructure) when there is no such test, it has ended before, or the end does not go with its
 * level: accepted below 1/level
 */
export async function closeTest(
  store: LifeStore,
  index: number,
  { evalue, pairs, state, accepted }: TestEnd,
  now: Date = new Date(),
): Promise<void> {
  const entry = (await lifeOf(store))[index];
  if (entry === undefined) throw damaged(`there is no test ${index}`);
  if (entry.closed !== undefined) throw damaged(`test ${index} has ended already`);
  if (accepted && !(evalue >= (1 - ROUNDING) / entry.level)) {
    throw damaged(`test ${index} cannot be accepted at ${evalue}: its level asks for ${1 / entry.level}`);
  }
  // JSON has no infinity.
  const closed = {
    at: now.toISOString(),
    evalue: Math.min(evalue, Number.MAX_VALUE),
    pairs,
    state,
    accepted,
  };
  await store.put(LIFE, keyOf(index), LifeEntry.parse({ ...entry, closed }));
}

/** The wealth at a boundary is computed as 1/level: the two may differ in the last digits. */
const ROUNDING = 1e-9;

/**
 * All tests, in the order of their numbers.
 * @throws RatchetError (infrastructure) when an entry is missing, cannot be read, or says what no test can have come to
 */
export async function lifeOf(store: Pick<LifeStore, "list">): Promise<LifeEntry[]> {
  const documents = await store.list(LIFE);
  let accepted = 0;
  return documents.map(({ key, value }, index) => {
    const entry = LifeEntry.safeParse(value);
    if (!entry.success) throw damaged(`${key} cannot be read: ${z.prettifyError(entry.error)}`);
    if (key !== keyOf(index) || entry.data.index !== index) throw damaged(`test ${index} is missing`);
    const odd = contradictionIn(entry.data, accepted);
    if (odd !== undefined) throw damaged(`test ${index} contradicts itself: ${odd}`);
    accepted += Number(entry.data.closed?.accepted === true);
    return entry.data;
  });
}

/** @param acceptedBefore by now: while a level was taken, some of them may not have ended */
function contradictionIn(
  { alpha, level, share, closed }: LifeEntry,
  acceptedBefore: number,
): string | undefined {
  const atLeast = (a: number, b: number): boolean => a >= b * (1 - ROUNDING);
  if (level > alpha) return `its level ${level} is above alpha ${alpha}`;
  if (!atLeast(level, share) || !atLeast(share, level / (acceptedBefore + 1)))
    return `its share ${share} does not go with its level ${level}`;
  if (closed?.accepted === true && !atLeast(closed.evalue, 1 / level))
    return `accepted at ${closed.evalue}, where ${1 / level} is asked for`;
  return undefined;
}

/** What `agent releases` shows. @param alpha that of the next candidate; the last one's when left out */
export function summaryOf(
  life: readonly LifeEntry[],
  alpha: number = life.at(-1)?.alpha ?? ALPHA,
): LifeSummary {
  const tested = life.map(testedOf);
  const bound = Math.max(alpha, ...life.map((entry) => entry.alpha));
  return {
    tests: life.length,
    accepted: tested.filter((one) => one.accepted).length,
    bound,
    nextLevel: nextLevel(tested, alpha).level,
    left: left(tested, alpha) / alpha,
  };
}

function testedOf({ level, share, closed }: LifeEntry): Tested {
  return { level, share, evalue: closed?.evalue, accepted: closed?.accepted ?? false };
}

/** Ten digits, so that keys sort as their numbers do. */
function keyOf(index: number): string {
  return String(index).padStart(10, "0");
}

function damaged(problem: string): RatchetError {
  const hint =
    "The level of the next candidate follows from all tests before it; nothing can be tested without them.";
  return new RatchetError("infrastructure", `the store's ${LIFE}: ${problem}`, hint);
}

function nothingLeft(alpha: number): RatchetError {
  const problem = `nothing can be tested at alpha ${alpha}: more than that is spent already, under a higher alpha`;
  return new RatchetError("usage", problem, "`agent releases` shows what was tested. Set alpha back.");
}
