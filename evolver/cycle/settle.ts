/** Writes a verdict down, publishes what was accepted and makes it the new head. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { releaseGenome } from "../../replay/release/genome.ts";
import type { Cluster } from "../failure.ts";
import type { Arm } from "./arm.ts";
import type { Evaluated } from "./evaluate.ts";
import { record } from "./record.ts";
import type { CycleState } from "./state.ts";

/**
 * @param parent what the candidate is a patch to
 * @returns true when it was accepted
 */
export async function settle(
  state: CycleState,
  parent: Arm,
  target: Cluster,
  judged: Evaluated,
): Promise<boolean> {
  const { runtime, suite, watch } = state.options;
  const { candidate, published } = await record({
    runtime,
    suite,
    parent: parent.genome.sha,
    cluster: target,
    judged,
  });
  state.judged.push({ candidate, outcomes: judged.outcomes });
  watch?.({ kind: "judged", candidate });
  if (published === undefined || judged.arm === undefined) {
    // The commit is kept in git; its files on disk are of no use any more.
    await rm(join(runtime.home.state, "releases", judged.commit), { recursive: true, force: true });
    return false;
  }
  state.head = { genome: await releaseGenome(runtime.home, published), trials: judged.arm.trials };
  return true;
}
