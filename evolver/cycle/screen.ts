/** Screens a proposal: makes it a commit, asks the static checks, and tries it on what it should fix. */
import type { Reason } from "../../replay/gate/outcome.ts";
import { releaseGenome } from "../../replay/release/genome.ts";
import type { Proposal } from "../candidate.ts";
import { commitCandidate, UnusableProposal } from "../commit.ts";
import { draftMessage } from "../publish/message.ts";
import { passes } from "./arm.ts";
import { withReason, tryOn, type Evaluated, type EvaluationContext, type Refused } from "./evaluate.ts";
import { gamingObstacle } from "./gaming.ts";
import { staticObstacle } from "./static-obstacle.ts";
import { count } from "../../runtime/kernel/count.ts";

/** A commit, static checks, and one trial of each support case: cheap, and enough to see that it is of no use. */
export async function screen(context: EvaluationContext, proposal: Proposal): Promise<Evaluated | Refused> {
  const committed = await commit(context, proposal);
  if ("refused" in committed) return { proposal, refused: committed.refused };
  const fresh = { proposal, commit: committed.commit, parent: context.parent };
  const obstacle = (await staticObstacle(context, proposal)) ?? (await gamingObstacle(context, proposal));
  if (obstacle !== undefined) return withReason(fresh, undefined, obstacle);
  const genome = await releaseGenome(context.home, committed.commit);
  if (genome.compiled.kind === "broken") {
    const { file, line, message } = genome.compiled;
    return withReason(fresh, undefined, {
      name: "parses",
      claim: "the harness parses",
      holds: "fails",
      figures: `harness/${file}:${line}: ${message}`,
    });
  }
  const { support } = context.target;
  const arm = await tryOn(context, { genome, trials: new Map() }, support, () => 1);
  if (support.some((task) => passes(arm, task) === true)) return withReason(fresh, arm, SCREENED);
  const undecided = support.filter((task) => passes(arm, task) === undefined).length;
  return withReason(fresh, arm, {
    name: "screening",
    claim: "it fixes a failure that it was made for",
    holds: undecided > 0 ? "unknown" : "fails",
    figures: `0 of ${count(support.length, "case")} that it was made for passed${undecided > 0 ? `, ${undecided} could not be decided` : ""}`,
  });
}

async function commit(
  { home, parent }: EvaluationContext,
  proposal: Proposal,
): Promise<{ readonly commit: string } | { readonly refused: string }> {
  try {
    const sha = await commitCandidate({
      repo: home.dir,
      parent: parent.genome.sha,
      proposal,
      message: draftMessage(proposal.title, proposal.rationale, "-"),
      paths: home.config.genome,
    });
    return { commit: sha };
  } catch (error) {
    if (error instanceof UnusableProposal) return { refused: error.message };
    throw error;
  }
}

/** Screened, not yet judged: nothing may take it for an acceptance. */
const SCREENED: Reason = {
  name: "judged",
  claim: "the full gate judged it",
  holds: "unknown",
  figures: "it passed the screening only",
};
