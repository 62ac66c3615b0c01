import { exceeds, scoresOf, total, type Peer } from "./peer.ts";

/** Programs in the frontier. */
const FRONTIER = 3;

/** Until the frontier is full, whoever comes is taken in; it is evaluated, and the score decides nothing. */
export const evoSkillFilling: Peer = {
  name: "EvoSkill, frontier not full",
  decide(draws, _uniform, repeats) {
    scoresOf(draws, "candidate", repeats);
    return true;
  },
};

/**
 * Afterwards, its mean on the validation set must be above that of the worst in the frontier. The others in it are as good
 * as the baseline here, each evaluated once.
 */
export const evoSkillFull: Peer = {
  name: "EvoSkill, frontier full",
  decide(draws, _uniform, repeats) {
    const frontier = Array.from({ length: FRONTIER }, (_, member) =>
      total(scoresOf(draws, "baseline", repeats, member)),
    );
    return exceeds(total(scoresOf(draws, "candidate", repeats)), Math.min(...frontier));
  },
};
