import { randomInt } from "node:crypto";

/** Uniform in [0, 1), of the system's own randomness: nobody can foresee it. */
export function secureRandom(): number {
  return randomInt(RESOLUTION) / RESOLUTION;
}

/** The most that `randomInt` can do. */
const RESOLUTION = 2 ** 47;
