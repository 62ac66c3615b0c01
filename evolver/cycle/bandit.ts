/**
 * Decides whose turn it is: Thompson sampling (Thompson 1933; Chapelle and Li 2011) on accepted patches for what they cost. An
 * attempt is one question to a proposer, with all that is tried of its answer; it succeeds when a patch of it is accepted.
 */

/** What a proposer has done, and what it took. */
export interface Account {
  readonly attempts: number;
  readonly accepted: number;
  /** US dollars, of its questions and of the trials of its patches, as far as they are known. */
  readonly usd: number;
  /** Wall time of the same, in seconds. */
  readonly seconds: number;
  /** How often others were asked in its place since it was asked last. */
  readonly waited: number;
}

export const NO_ACCOUNT: Account = { attempts: 0, accepted: 0, usd: 0, seconds: 0, waited: 0 };

/**
 * The arms in the order in which to ask them. Each draws an acceptance rate from its Beta posterior (uniform prior) and divides
 * it by its mean cost; the highest goes first. Whoever has waited too long goes before all others: nobody is starved.
 * @param random uniform in [0, 1)
 */
export function drawOrder<Arm extends { readonly account: Account }>(
  arms: readonly Arm[],
  random: () => number,
): Arm[] {
  return arms
    .map((arm, index) => ({
      arm,
      index,
      worth: worth(arm.account, random),
      isDue: arm.account.waited >= PATIENCE,
    }))
    .toSorted((a, b) => Number(b.isDue) - Number(a.isDue) || b.worth - a.worth || a.index - b.index)
    .map(({ arm }) => arm);
}

/** Attempts of others that an arm waits at most. */
const PATIENCE = 8;

function worth({ attempts, accepted, usd, seconds }: Account, random: () => number): number {
  const rate = beta(1 + accepted, 1 + Math.max(0, attempts - accepted), random);
  const spent = usd + seconds * USD_PER_SECOND;
  // One attempt at a usual price beside those that were made: an arm that nobody has tried has a price, too.
  return rate / ((spent + USUAL_USD) / (attempts + 1));
}

/** What a second of a small machine costs, so that trials that cost no money have a price, and can be compared with those that do. */
const USD_PER_SECOND = 0.0001;
const USUAL_USD = 60 * USD_PER_SECOND;

// ---------------------------------------------------------------- sampling

/** A draw from Beta(a, b), by two Gamma draws; a, b ≥ 1. */
function beta(a: number, b: number, random: () => number): number {
  const x = gamma(a, random);
  return x / (x + gamma(b, random));
}

/** A draw from Gamma(shape, 1), shape ≥ 1: Marsaglia and Tsang 2000, section 4. */
function gamma(shape: number, random: () => number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Box and Muller 1958. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
