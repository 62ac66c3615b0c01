import { exceeds, scoresOf, total, type Peer } from "./peer.ts";

/** Accepted when the score on the validation set is strictly above that of the skill that it replaces. */
export const skillOpt: Peer = {
  name: "SkillOpt, strict >",
  decide: (draws, _uniform, repeats) =>
    exceeds(total(scoresOf(draws, "candidate", repeats)), total(scoresOf(draws, "baseline", repeats))),
};

/** The same with a margin, in points of one task: what a rule of counts can do when its margin is set by its noise. */
export function withMargin(margin: number): Peer {
  return {
    name: `strict >, margin ${margin}`,
    decide: (draws, _uniform, repeats) =>
      exceeds(
        total(scoresOf(draws, "candidate", repeats)),
        total(scoresOf(draws, "baseline", repeats)) + margin,
      ),
  };
}
