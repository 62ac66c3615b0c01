/** Writes a judged candidate down: in git as a branch or a kept reference, in the store with its reasons. */
import type { Runtime } from "../runtime/kernel/run/run-task.ts";
import type { Candidate, Rung } from "./candidate.ts";
import { candidateId } from "./commit.ts";
import type { Evaluated } from "./evaluate.ts";
import type { Cluster } from "./failure.ts";
import { saveCandidate } from "./patches.ts";
import { commitMessage } from "./publish/message.ts";
import { publish } from "./publish/publish.ts";

export interface Recorded {
  readonly candidate: Candidate;
  /** Commit of the branch, when it was accepted: the tree that was replayed, with the full message. */
  readonly published: string | undefined;
}

/** @throws RatchetError when git or the store fails */
export async function record(options: {
  runtime: Runtime;
  parent: string;
  cluster: Cluster;
  judged: Evaluated;
}): Promise<Recorded> {
  const { runtime, parent, cluster, judged } = options;
  const { home, store } = runtime;
  const unpublished: Candidate = {
    id: candidateId(judged.commit),
    commit: judged.commit,
    parent,
    cluster: cluster.id,
    proposal: judged.proposal,
    ...judged.verdict,
    branch: undefined,
  };
  const published = await publish({
    repo: home.dir,
    candidate: unpublished,
    message: commitMessage({
      candidate: unpublished,
      cluster,
      whyThisRung: WHY_THIS_RUNG[judged.proposal.rung],
      reproduce: [`agent run --suite ${home.config.evolution.suite} --release ${parent.slice(0, 12)}`],
    }),
    now: new Date(),
  });
  const branch = published.kind === "branch" ? published.branch : undefined;
  const candidate = { ...unpublished, branch };
  await saveCandidate(store, candidate);
  return { candidate, published: published.kind === "branch" ? published.commit : undefined };
}

const WHY_THIS_RUNG: Record<Rung, string> = {
  skill: "A skill is the lowest rung, and it was enough",
  prompt: "No skill that the failing runs shared could carry it",
  harness: "No patch to a skill or a prompt passed the gate for this failure",
};
