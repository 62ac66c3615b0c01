/** Saves a verdict, and makes what was accepted the new head. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { releaseGenome } from "../../replay/release/genome.ts";
import type { Cluster } from "../failure.ts";
import { topUp } from "./arm.ts";
import { TRIALS, type Evaluated } from "./evaluate.ts";
import { saveJudged } from "./save-judged.ts";
import { offerKey, trialContext, type CycleState } from "./state.ts";

/** @returns true when it was accepted */
export async function settle(state: CycleState, target: Cluster, judged: Evaluated): Promise<boolean> {
  const { runtime, suite, tasks, guards, watch } = state.options;
  const parent = judged.parent.genome.sha;
  const { candidate, published } = await saveJudged({
    runtime,
    suite,
    parent,
    tasks,
    cluster: target,
    judged,
    before: (lower) => ({
      proposed: state.offered.get(offerKey(target.id, parent, lower)) ?? 0,
      tried: state.judged
        .map((each) => each.candidate)
        .filter(
          (each) => each.cluster === target.id && each.parent === parent && each.proposal.rung === lower,
        ),
    }),
  });
  state.judged.push({ candidate, outcomes: judged.outcomes });
  state.tally.count(judged.proposal, "judged");
  if (judged.verdict.reasons.some(({ name, holds }) => name === "static-checks" && holds === "fails"))
    state.tally.count(judged.proposal, "refused");
  watch?.({ kind: "judged", candidate });
  if (published === undefined || judged.arm === undefined) {
    // The commit is kept in git; its files on disk are of no use any more.
    await rm(join(runtime.home.state, "releases", judged.commit), { recursive: true, force: true });
    // Trials of the parent that were made beside the candidate's are known from now on.
    if (judged.parent.genome.sha === state.head.genome.sha) state.head = judged.parent;
    return false;
  }
  const head = { genome: await releaseGenome(runtime.home, published), trials: judged.arm.trials };
  const all = [...tasks, ...guards.bank, ...guards.safety].map(({ id }) => id);
  state.head = await topUp(trialContext(state), head, all, () => (runtime.model.deterministic ? 1 : TRIALS));
  return true;
}
