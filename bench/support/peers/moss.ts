import { exceeds, scoresOf, total, type Peer } from "./peer.ts";

/**
 * Accepted when it is not worse on its batch: a plateau counts as success. Idealised: the batch is all tasks, and not only
 * those that the candidate was made for.
 */
export const moss: Peer = {
  name: "Moss, idealised",
  decide: (draws, _uniform, repeats) =>
    !exceeds(total(scoresOf(draws, "baseline", repeats)), total(scoresOf(draws, "candidate", repeats))),
};
