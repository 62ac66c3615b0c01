import { exceeds, scoreOf, scoresOf, total, type Draws, type Peer } from "./peer.ts";

const MINIBATCH = 3;

/** A candidate enters the pool when the sum of its scores on three random tasks is above that of its parent. */
export const gepaPool: Peer = { name: "GEPA, into the pool", decide: entersPool };

/** And becomes the best of the pool when its mean on the whole validation set is above that of the best. */
export const gepaBest: Peer = {
  name: "GEPA, becomes the best",
  decide: (draws, uniform, repeats) =>
    entersPool(draws, uniform, repeats) &&
    exceeds(total(scoresOf(draws, "candidate", repeats, 1)), total(scoresOf(draws, "baseline", repeats, 1))),
};

function entersPool(draws: Draws, uniform: () => number, repeats: number): boolean {
  const minibatch = new Set<number>();
  while (minibatch.size < Math.min(MINIBATCH, draws.tasks)) {
    minibatch.add(Math.floor(uniform() * draws.tasks));
  }
  const sum = (arm: "baseline" | "candidate"): number =>
    total([...minibatch].map((task) => scoreOf(draws, arm, task, repeats)));
  return exceeds(sum("candidate"), sum("baseline"));
}
