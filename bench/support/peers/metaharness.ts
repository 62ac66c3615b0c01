import { exceeds, scoresOf, type Peer } from "./peer.ts";

const RESAMPLES = 100;
/** Its description names no share; this one is ours. */
const CONFIDENCE = 0.8;

/** Scores of each arm are resampled by themselves, pairs torn apart: accepted when the candidate's mean is mostly above. */
export const metaharness: Peer = {
  name: "metaharness",
  decide(draws, uniform, repeats) {
    const before = scoresOf(draws, "baseline", repeats);
    const after = scoresOf(draws, "candidate", repeats);
    let above = 0;
    for (let i = 0; i < RESAMPLES; i++) {
      if (exceeds(resampled(after, uniform), resampled(before, uniform))) above++;
    }
    return above >= CONFIDENCE * RESAMPLES;
  },
};

function resampled(scores: readonly number[], uniform: () => number): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += scores[Math.floor(uniform() * scores.length)] ?? 0;
  return sum;
}
