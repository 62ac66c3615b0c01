/** One rule on many candidates of one kind: how often it promotes, and its trials. */
import { random } from "../../../replay/gate/random.ts";
import { compare, type SyntheticTask } from "../../../replay/gate/simulate.ts";
import type { Plan } from "../../../replay/gate/sequential-plan.ts";
import type { Draws, Peer } from "../peers/peer.ts";

/** Share of runs that promote, and the mean number of trials of both arms together. */
export interface Share {
  readonly promoted: number;
  readonly trials: number;
}

/** The peer's rule, with `repeats` trials where it makes one. */
export function runPeer(peer: Peer, tasks: readonly SyntheticTask[], repeats: number, runs: number): Share {
  const uniform = random(peer.name);
  let [promoted, trials] = [0, 0];
  const draws: Draws = {
    tasks: tasks.length,
    attempt(arm, task) {
      trials++;
      const { before = 0, after = 0 } = tasks[task] ?? {};
      return uniform() < (arm === "baseline" ? before : after);
    },
  };
  for (let run = 0; run < runs; run++) promoted += Number(peer.decide(draws, uniform, repeats));
  return { promoted: promoted / runs, trials: trials / runs };
}

/** Ratchet's comparison by evidence. */
export function runPlan(plan: Plan, tasks: readonly SyntheticTask[], runs: number): Share {
  const uniform = random("ratchet");
  let [promoted, pairs] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const end = compare(plan, tasks, uniform);
    promoted += Number(end.state === "better");
    pairs += end.pairs;
  }
  return { promoted: promoted / runs, trials: (2 * pairs) / runs };
}
