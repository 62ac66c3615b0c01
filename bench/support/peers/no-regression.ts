import { exceeds, scoresOf, type Peer } from "./peer.ts";

/** Each task once with each arm: at least one is fixed, and none may be lost. */
export const noRegression: Peer = {
  name: "no task may regress",
  decide(draws, _uniform, repeats) {
    const before = scoresOf(draws, "baseline", repeats);
    const after = scoresOf(draws, "candidate", repeats);
    return (
      after.some((score, task) => exceeds(score, before[task] ?? 0)) &&
      after.every((score, task) => !exceeds(before[task] ?? 0, score))
    );
  },
};
