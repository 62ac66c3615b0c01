/** What a sequential comparison is willing to believe, fixed before its first trial. */
import { BETS } from "./bets.ts";

export interface Plan {
  readonly alpha: number;
  /** Pairs of trials at most. */
  readonly pairs: number;
  /** Gains that suffice when `moved` pairs were a gain or a loss: `needed[moved]`. More than `moved` where none do. */
  readonly needed: Int32Array;
  /** The wealth after `moved` gains and losses, of which `gains`: `wealth[moved][gains]`. */
  readonly wealth: readonly Float64Array[];
}

const PASSES = 5;
/** Keeps the tables small; a comparison that this many pairs do not decide is not worth more. */
const MOST_PAIRS = 1000;
/** Share of α that the boundary uses. Without the rest, ten thousand simulated nulls show more than α every other time. */
const SPENT = 0.9;

/**
 * A plan for tasks that may each be tried about {@link PASSES} times, and more often the lower α is: the evidence that
 * is asked for grows with log(1/α), and so do the pairs that give it.
 *
 * The wealth is that of a gambler who must have 1/α within the pairs of the plan and bets accordingly: after each pair
 * it is P(the boundary is reached | the gains and losses so far) / α, where the probability is that of a fair coin. It
 * starts at 1 or below, is the mean of its two successors (so it is a fair bet), and is 1/α at the boundary, without the
 * overshoot that a bet of a fixed size gives away. The boundary has the shape of the mixture of {@link BETS}, lowered
 * until a fair coin reaches it with a probability just below α: with a bet of any fixed size it would be further below.
 *
 * The last few plans are kept: a cycle asks for the same one again and again.
 * @param alpha within (0, 1)
 */
export function plan(tasks: number, alpha: number): Plan {
  const key = `${tasks} ${alpha}`;
  const kept = recent.get(key) ?? makePlan(tasks, alpha);
  recent.delete(key);
  recent.set(key, kept);
  for (const oldest of recent.keys()) {
    if (recent.size <= MOST_RECENT) break;
    recent.delete(oldest);
  }
  return kept;
}

/** Plans do not change, so who shares one notices nothing. The oldest use is first. */
const recent = new Map<string, Plan>();
const MOST_RECENT = 8;

/** As {@link plan}, made anew and not kept. */
export function makePlan(tasks: number, alpha: number): Plan {
  const passes = PASSES * Math.max(1, Math.log(1 / alpha) / Math.log(20));
  const pairs = Math.min(Math.ceil(passes * tasks), MOST_PAIRS);
  const needed = boundary(pairs, alpha);
  const wealth: Float64Array[] = Array.from({ length: pairs + 1 });
  for (let moved = pairs; moved >= 0; moved--) {
    const row = new Float64Array(moved + 1);
    const after = wealth[moved + 1];
    const enough = Math.min(needed[moved] ?? 0, moved + 1);
    if (after !== undefined) {
      for (let gains = 0; gains < enough; gains++)
        row[gains] = ((after[gains] ?? 0) + (after[gains + 1] ?? 0)) / 2;
    }
    wealth[moved] = row.fill(1 / alpha, enough);
  }
  return { alpha, pairs, needed, wealth };
}

/** The lowest boundary of the family that a fair coin reaches with a probability of {@link SPENT} α at most. */
function boundary(pairs: number, alpha: number): Int32Array {
  let [low, high] = [0, Math.log(1 / alpha)];
  let best = shape(pairs, high);
  for (let i = 0; i < 16; i++) {
    const middle = (low + high) / 2;
    const tried = shape(pairs, middle);
    if (reached(tried) <= SPENT * alpha) [high, best] = [middle, tried];
    else low = middle;
  }
  return best;
}

/** Where the mixture of bets is worth `e^log`. */
function shape(pairs: number, log: number): Int32Array {
  const needed = new Int32Array(pairs + 1);
  let gains = 0;
  for (let moved = 0; moved <= pairs; moved++) {
    while (gains <= moved && worth(gains, moved - gains) < Math.exp(log)) gains++;
    needed[moved] = gains;
  }
  return needed;
}

function worth(gains: number, losses: number): number {
  return BETS.reduce(
    (sum, { share, weight }) =>
      sum + weight * Math.exp(gains * Math.log1p(share) + losses * Math.log1p(-share)),
    0,
  );
}

/** The probability that a fair coin, thrown until the last pair, ever has the gains that are needed. */
function reached(needed: Int32Array): number {
  let there = 0;
  // chances[gains] of the paths that have not arrived, in place: from the most gains down.
  const chances = new Float64Array(needed.length + 1);
  chances[0] = 1;
  for (let moved = 1; moved < needed.length; moved++) {
    const enough = needed[moved] ?? 0;
    for (let gains = Math.min(moved, needed[moved - 1] ?? 0); gains > 0; gains--) {
      const chance = ((chances[gains] ?? 0) + (chances[gains - 1] ?? 0)) / 2;
      chances[gains] = gains >= enough ? 0 : chance;
      if (gains >= enough) there += chance;
    }
    chances[0] = (chances[0] ?? 0) / 2;
    if (enough <= 0) return 1;
  }
  return there;
}
