import { exceeds, scoresOf, type Peer } from "./peer.ts";

/** Each task once with each arm: accepted when more tasks are fixed than broken. */
export const grasp: Peer = {
  name: "GRASP",
  decide(draws, _uniform, repeats) {
    const before = scoresOf(draws, "baseline", repeats);
    const after = scoresOf(draws, "candidate", repeats);
    const fixed = after.filter((score, task) => exceeds(score, before[task] ?? 0)).length;
    const broken = after.filter((score, task) => exceeds(before[task] ?? 0, score)).length;
    return fixed > broken;
  },
};
