/** Turns a proposal into a commit on top of its parent, without touching anything that the user works with. */
import { partOf, type GenomePaths } from "../runtime/kernel/genome.ts";
import { commitOf, git, treeOf, updateRefs } from "../runtime/kernel/git.ts";
import { changedTree, writeCommit, type TreeChange } from "../runtime/kernel/git-tree.ts";
import { RatchetError } from "../runtime/kernel/error.ts";
import type { FileEdit, Proposal } from "./candidate.ts";

/** Why a proposal cannot become a commit. */
export class UnusableProposal extends RatchetError {
  readonly why: "outside-genome" | "stale" | "not-a-file" | "empty";
  constructor(why: UnusableProposal["why"], message: string, hint?: string) {
    super("refused", message, hint);
    this.why = why;
  }
}

/** First twelve hex digits of a candidate's commit: its name for people, and in references. */
export function candidateId(commit: string): string {
  return commit.slice(0, 12);
}

/** Keeps a candidate's objects from being collected while it waits for its verdict. */
export function candidateRef(id: string): string {
  return `refs/ratchet/candidates/${id}`;
}

/**
 * Commits the proposal's edits on top of `parent` and resolves to the commit's full id. Modes of files are kept; new
 * files are ordinary ones. The commit is held by {@link candidateRef}.
 * @throws UnusableProposal when an edit leaves the genome, was made against another text than the parent's, would
 *   replace a link or a folder, or when nothing would change.
 */
export async function commitCandidate(options: {
  repo: string;
  parent: string;
  proposal: Proposal;
  message: string;
  paths: GenomePaths;
  date?: Date;
}): Promise<string> {
  const { repo, proposal, paths } = options;
  const parent = await commitOf(repo, options.parent);
  if (parent === undefined) throw new RatchetError("usage", `${repo} has no commit ${options.parent}`);

  const changes: TreeChange[] = [];
  for (const edit of proposal.edits) changes.push(await checkedChange(repo, parent, edit, paths));
  const tree = await changedTree(repo, parent, changes);
  if (tree === (await treeOf(repo, parent))) {
    throw new UnusableProposal("empty", `"${proposal.title}" changes nothing: its texts are the parent's`);
  }
  const commit = await writeCommit(repo, {
    tree,
    parents: [parent],
    message: options.message,
    ...(options.date === undefined ? {} : { date: options.date }),
  });
  const ref = candidateRef(candidateId(commit));
  // The same proposal in the same second is the same commit, and is held already.
  if ((await commitOf(repo, ref)) === undefined) {
    await updateRefs(repo, [{ ref, new: commit, old: undefined }], `candidate: ${proposal.title}`);
  }
  return commit;
}

async function checkedChange(
  repo: string,
  parent: string,
  edit: FileEdit,
  paths: GenomePaths,
): Promise<TreeChange> {
  if (partOf(edit.path, paths) === undefined) {
    const hint = `evolution may write below ${paths.harness}, ${paths.prompts} and ${paths.skills} only`;
    throw new UnusableProposal(
      "outside-genome",
      `${JSON.stringify(edit.path)} is not part of the genome`,
      hint,
    );
  }
  const mode = await modeAt(repo, parent, edit.path);
  const present =
    mode === undefined
      ? undefined
      : (await git(repo).objects([`${parent}:${edit.path}`]))[0]?.toString("utf8");
  if (present !== edit.before) {
    const what =
      present === undefined ? "does not exist" : edit.before === undefined ? "exists already" : "differs";
    throw new UnusableProposal("stale", `${edit.path} ${what} in ${parent.slice(0, 12)}`, "propose again");
  }
  return { kind: "write", path: edit.path, content: edit.after, mode: mode ?? "100644" };
}

/** Mode of the file at `path`; undefined when there is none and one can be made there. */
async function modeAt(repo: string, commit: string, path: string): Promise<string | undefined> {
  const names = path.split("/");
  const prefixes = names.map((_, i) => names.slice(0, i + 1).join("/"));
  const printed = await git(repo).run(["ls-tree", "-z", "--full-tree", commit, "--", ...prefixes]);
  for (const line of printed.split("\0").filter((text) => text !== "")) {
    const [, mode = "", found = ""] = /^(\d+) [^\t]*\t(.*)$/s.exec(line) ?? [];
    // ls-tree also lists the siblings of a path that it was given together with its folder.
    if (!prefixes.includes(found)) continue;
    if (found === path && (mode === "100644" || mode === "100755")) return mode;
    if (found === path || mode !== "040000") {
      throw new UnusableProposal(
        "not-a-file",
        `${found} is a link, a submodule or a folder in ${commit.slice(0, 12)}`,
      );
    }
  }
  return undefined;
}
