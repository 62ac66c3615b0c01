/** Gives a judged candidate its place: a branch for review when it was accepted, a reference of ours otherwise. */
import { commitOf, git, treeOf, updateRefs, type RefChange } from "../../runtime/kernel/git.ts";
import { writeCommit } from "../../runtime/kernel/git-tree.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Candidate } from "../candidate.ts";
import { candidateRef } from "../commit.ts";

/** Where a candidate went. */
export type Published =
  /** `commit` has the tree that was replayed and the full message; only the message differs from the candidate's. */
  | { readonly kind: "branch"; readonly branch: string; readonly commit: string; readonly tree: string }
  | { readonly kind: "kept"; readonly ref: string };

/**
 * Publishes a candidate by its verdict. An accepted one becomes `evolve/<date>-<slug>` with one commit on top of the
 * parent; any other is kept under `refs/ratchet/rejected/` or `refs/ratchet/inconclusive/`. Doing it twice, as a cycle
 * does that was killed in between, finds the first branch again.
 * @throws RatchetError (infrastructure) when the candidate's commit is gone or is not a child of its parent.
 */
export async function publish(options: {
  repo: string;
  candidate: Candidate;
  /** See {@link commitMessage}. */
  message: string;
  now: Date;
}): Promise<Published> {
  const { repo, candidate, message, now } = options;
  if ((await commitOf(repo, candidate.commit)) === undefined) {
    throw new RatchetError(
      "infrastructure",
      `commit ${candidate.commit} of candidate ${candidate.id} is gone`,
    );
  }
  if (candidate.verdict !== "accept") return keep(repo, candidate);

  const { tree, parent } = await replayed(repo, candidate);
  const wanted = `evolve/${now.toISOString().slice(0, 10)}-${slugOf(candidate)}`;
  const earlier = await sameBranch(repo, wanted, tree, parent);
  if (earlier !== undefined) return { kind: "branch", ...earlier, tree };

  const commit = await writeCommit(repo, { tree, parents: [parent], message, date: now });
  if ((await treeOf(repo, commit)) !== tree) {
    throw new RatchetError(
      "infrastructure",
      `the commit to publish does not have the tree that was replayed (${tree})`,
    );
  }
  const branch = await createBranch(repo, wanted, commit, candidate);
  return { kind: "branch", branch, commit, tree };
}

/** Where a candidate that was not accepted is kept. */
export function keptRef(id: string, verdict: "reject" | "inconclusive"): string {
  return `refs/ratchet/${verdict === "reject" ? "rejected" : "inconclusive"}/${id}`;
}

// ---------------------------------------------------------------- steps

async function keep(repo: string, candidate: Candidate): Promise<Published> {
  const ref = keptRef(candidate.id, candidate.verdict === "reject" ? "reject" : "inconclusive");
  const old = await commitOf(repo, ref);
  const changes = [{ ref, new: candidate.commit, old }, ...(await withoutHold(repo, candidate))];
  await updateRefs(repo, changes, `${candidate.verdict}: ${candidate.proposal.title}`);
  return { kind: "kept", ref };
}

async function replayed(repo: string, candidate: Candidate): Promise<{ tree: string; parent: string }> {
  const parent = await commitOf(repo, `${candidate.commit}^`);
  const claimed = await commitOf(repo, candidate.parent);
  const tree = await treeOf(repo, candidate.commit);
  if (tree === undefined || parent === undefined || parent !== claimed) {
    const message = `candidate ${candidate.id} is not one commit on top of ${candidate.parent.slice(0, 12)}`;
    throw new RatchetError("infrastructure", message);
  }
  return { tree, parent };
}

/** Words of the title that a branch name can hold. */
function slugOf(candidate: Candidate): string {
  const words = candidate.proposal.title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  return words.slice(0, 40).replace(/^-+|-+$/g, "") || candidate.id;
}

async function sameBranch(repo: string, wanted: string, tree: string, parent: string) {
  const printed = await git(repo).run([
    "for-each-ref",
    "--format=%(refname:short) %(objectname) %(tree) %(parent)",
    "refs/heads/evolve/",
  ]);
  for (const line of printed.split("\n")) {
    const [branch = "", commit = "", itsTree, itsParent] = line.split(" ");
    const numbered = branch.startsWith(wanted) && /^(?:-\d+)?$/.test(branch.slice(wanted.length));
    if (numbered && itsTree === tree && itsParent === parent) return { branch, commit };
  }
  return undefined;
}

/** The first free one of `name`, `name-2`, `name-3`, …: creation fails when somebody else took it meanwhile. */
async function createBranch(
  repo: string,
  wanted: string,
  commit: string,
  candidate: Candidate,
): Promise<string> {
  for (let number = 1; number <= 1000; number++) {
    const branch = number === 1 ? wanted : `${wanted}-${number}`;
    const ref = `refs/heads/${branch}`;
    if ((await commitOf(repo, ref)) !== undefined) continue;
    try {
      // The replayed commit keeps its own reference, for the record: receipts and reports name it.
      await updateRefs(repo, [{ ref, new: commit, old: undefined }], `evolve: ${candidate.proposal.title}`);
      return branch;
    } catch (error) {
      if ((await commitOf(repo, ref)) === undefined) throw error;
    }
  }
  throw new RatchetError(
    "infrastructure",
    `there are a thousand branches named ${wanted}`,
    "delete old evolve/ branches",
  );
}

/** A candidate that is kept elsewhere needs its first reference no more. */
async function withoutHold(repo: string, candidate: Candidate): Promise<RefChange[]> {
  const ref = candidateRef(candidate.id);
  const old = await commitOf(repo, ref);
  return old === undefined ? [] : [{ ref, new: undefined, old }];
}
