/** Saves a judged candidate: in git as a branch or a kept reference, in the store with its reasons. */
import { diffLines } from "diff";
import { keepCase } from "../../replay/bank/keep-case.ts";
import type { KeptCase } from "../../replay/bank/kept-case.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { Runtime } from "../../runtime/kernel/run/run-task.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { Candidate, Proposal, Rung } from "../candidate.ts";
import { candidateId } from "../commit.ts";
import type { Evaluated } from "./evaluate.ts";
import type { Cluster } from "../failure.ts";
import { saveCandidate } from "../patches/saved.ts";
import { whyThisRung, type LowerRung } from "../publish/escalation.ts";
import { commitMessage } from "../publish/message.ts";
import { publish } from "../publish/publish.ts";

export interface SavedCandidate {
  readonly candidate: Candidate;
  /** Commit of the branch, when it was accepted: the tree that was replayed, with the full message. */
  readonly published: string | undefined;
}

/** @throws RatchetError when git or the store fails */
export async function saveJudged(options: {
  runtime: Runtime;
  /** Name of the suite that was replayed. */
  suite: string;
  parent: string;
  /** Tasks of the suite. */
  tasks: readonly TaskOnDisk[];
  cluster: Cluster;
  judged: Evaluated;
  /** What became of a lower rung, for the same cluster and parent. */
  before: (lower: Rung) => LowerRung;
}): Promise<SavedCandidate> {
  const { runtime, suite, parent, tasks, cluster, judged, before } = options;
  const { home, store } = runtime;
  const unpublished: Candidate = {
    id: candidateId(judged.commit),
    commit: judged.commit,
    parent,
    cluster: cluster.id,
    proposal: judged.proposal,
    ...judged.verdict,
    branch: undefined,
    ...(judged.verdict.verdict === "accept"
      ? { cases: await keepFixed(home, tasks, judged.verdict.fixes) }
      : {}),
  };
  const published = await publish({
    repo: home.dir,
    candidate: unpublished,
    message: commitMessage({
      candidate: unpublished,
      cluster,
      ...causeOf(judged.proposal),
      whyThisRung: whyThisRung(judged.proposal.rung, before),
      reproduce: [`agent run --suite ${suite} --release ${parent.slice(0, 12)}`],
    }),
    now: new Date(),
  });
  const branch = published.kind === "branch" ? published.branch : undefined;
  const candidate = { ...unpublished, branch };
  await saveCandidate(store, candidate);
  return { candidate, published: published.kind === "branch" ? published.commit : undefined };
}

/** What it fixed, as it is now: the suite may be edited later. */
async function keepFixed(
  home: Home,
  tasks: readonly TaskOnDisk[],
  fixes: readonly string[],
): Promise<KeptCase[]> {
  const cases: KeptCase[] = [];
  for (const task of tasks) if (fixes.includes(task.id)) cases.push(await keepCase(home, task));
  return cases;
}

/** Where the patch changed or added its first line: the place that was found to be the cause. */
function causeOf({ edits }: Proposal): { cause?: { file: string; line: number; text: string } } {
  const edit = edits[0];
  if (edit?.before === undefined) return {};
  let line = 1;
  for (const part of diffLines(edit.before, edit.after)) {
    const isImport = /^\s*import /.test(part.value);
    if ((part.added || part.removed) && !isImport) {
      const was = edit.before.split("\n")[line - 1]?.trim() ?? "";
      return { cause: { file: edit.path, line, text: was === "" ? "nothing stood here" : `\`${was}\`` } };
    }
    if (!part.added) line += part.count;
  }
  return {};
}
