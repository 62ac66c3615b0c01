/** A person turns a candidate down. */
import { isAncestor, commitOf, git, updateRefs } from "../../runtime/kernel/git.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import { readReceipts, type Documents } from "../../replay/release/receipts.ts";
import type { Candidate } from "../candidate.ts";
import { keptRef } from "../publish/publish.ts";
import { keepRejection } from "./decisions.ts";
import { patchNamed } from "./find.ts";

/**
 * The branch goes, unless it is checked out or was built upon; the commit stays under
 * `refs/ratchet/rejected/`, with the reason, for proposers to learn from. Resolves to what became of the branch.
 * @throws RatchetError (usage) when it is part of the release
 */
export async function rejectPatch(options: {
  repo: string;
  store: Documents;
  id: string;
  reason: string;
  now?: () => Date;
}): Promise<"deleted" | "kept" | "none"> {
  const { repo, store } = options;
  const { candidate } = await patchNamed(store, options.id);
  await refuseReleased(repo, store, candidate);
  const ref = keptRef(candidate.id, "reject");
  if ((await commitOf(repo, ref)) === undefined) {
    await updateRefs(repo, [{ ref, new: candidate.commit, old: undefined }], `rejected: ${options.reason}`);
  }
  await keepRejection(store, candidate.id, options.reason, (options.now ?? (() => new Date()))());
  return deleteBranch(repo, candidate);
}

/** What the agent runs with cannot be turned down; once anything was rolled back, what is left of a patch is not told. */
async function refuseReleased(repo: string, store: Documents, candidate: Candidate): Promise<void> {
  const last = (await readReceipts(store)).findLast(({ state }) => state === "done");
  if (last?.kind !== "promote") return;
  const tip =
    candidate.branch === undefined ? undefined : await commitOf(repo, `refs/heads/${candidate.branch}`);
  if (!(await isAncestor(repo, tip ?? candidate.commit, last.to))) return;
  throw new RatchetError(
    "usage",
    `${candidate.id} is part of the release`,
    `Take it back first: agent rollback ${candidate.id}`,
  );
}

async function deleteBranch(repo: string, candidate: Candidate): Promise<"deleted" | "kept" | "none"> {
  if (candidate.branch === undefined) return "none";
  const ref = `refs/heads/${candidate.branch}`;
  const tip = await commitOf(repo, ref);
  if (tip === undefined) return "none";
  const worktrees = await git(repo).run(["worktree", "list", "--porcelain"]);
  const checkedOut = worktrees.split("\n").includes(`branch ${ref}`);
  const parent = await commitOf(repo, `${tip}^`);
  if (checkedOut || parent !== (await commitOf(repo, candidate.parent))) return "kept";
  await updateRefs(repo, [{ ref, new: undefined, old: tip }], "rejected");
  return "deleted";
}
