/** Takes a patch out of a release, in the object store alone: nothing is checked out. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RatchetError } from "../../runtime/kernel/error.ts";
import { git, GitFailed, isAncestor } from "../../runtime/kernel/git.ts";
import { commitsAfter, type NamedCommit } from "./history.ts";

/**
 * The tree of the release with the patch taken out.
 * @throws RollbackConflict when later commits changed the same lines
 * @throws RatchetError (usage) when the patch is not in the release, or is the first commit of the home
 */
export async function withoutPatch(repo: string, release: string, patch: string): Promise<string> {
  if (!(await isAncestor(repo, patch, release))) {
    throw new RatchetError(
      "usage",
      `${patch.slice(0, 12)} is not part of the release ${release.slice(0, 12)}`,
      ONLY_PROMOTED,
    );
  }
  const parents = (await git(repo).run(["rev-list", "--parents", "--max-count=1", patch]))
    .trim()
    .split(" ")
    .slice(1);
  if (parents.length === 0)
    throw new RatchetError("usage", `${patch.slice(0, 12)} is the first commit of the home`, ONLY_PROMOTED);

  const tree = await revertedTree(repo, release, patch, parents[0] ?? "");
  if (tree.kind === "clean") return tree.id;
  const later = await commitsAfter(repo, patch, release, tree.files);
  throw new RollbackConflict(patch, tree.files, later);
}

const ONLY_PROMOTED = "only what was promoted can be taken back: see `agent releases`";

/** Later patches changed the same lines, so the patch cannot be taken out from under them. */
export class RollbackConflict extends RatchetError {
  readonly files: readonly string[];
  /** Commits after the patch that touch those files, newest first: id and subject. */
  readonly dependents: readonly NamedCommit[];

  constructor(patch: string, files: readonly string[], dependents: RollbackConflict["dependents"]) {
    const later = dependents.map(({ commit, subject }) => `${commit.slice(0, 12)} ${subject}`).join("; ");
    super(
      "refused",
      `${patch.slice(0, 12)} cannot be reverted alone: ${files.join(", ")} changed since (${later || "no later patch"})`,
      "revert the later patches first, newest first, or go back with `agent rollback --to`",
    );
    this.files = files;
    this.dependents = dependents;
  }

  override get details(): Readonly<Record<string, unknown>> {
    return { files: this.files, dependents: this.dependents };
  }
}

type Reverted =
  | { readonly kind: "clean"; readonly id: string }
  | { readonly kind: "conflict"; readonly files: string[] };

/**
 * A three-way merge with the patch as the base, the release as ours and the state before the patch as theirs. It is made without
 * a checkout, in an empty repository that only borrows the objects: attributes, filters and merge drivers of the home could
 * name programs, and none of them is read.
 */
async function revertedTree(repo: string, release: string, patch: string, before: string): Promise<Reverted> {
  const places = ["rev-parse", "--path-format=absolute", "--git-path", "objects", "--show-object-format"];
  const [objects = "", format = "sha1"] = lines(await git(repo).run(places), "\n");
  const empty = await mkdtemp(join(tmpdir(), "ratchet-merge-"));
  try {
    await git(empty).run(["init", "--quiet", "--bare", `--object-format=${format}`, "."]);
    const { run } = git(empty, { gitDir: empty, objects });
    const commit = async (of: string, ...parents: string[]): Promise<string> => {
      const args = [
        "commit-tree",
        "-m",
        "for a merge",
        ...parents.flatMap((parent) => ["-p", parent]),
        `${of}^{tree}`,
      ];
      return (await run(args)).trim();
    };
    const base = await commit(patch);
    const merge = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"];
    try {
      const merged = await run([...merge, await commit(release, base), await commit(before, base)]);
      return { kind: "clean", id: lines(merged, "\0")[0] ?? "" };
    } catch (error) {
      if (!(error instanceof GitFailed) || error.status !== 1) throw error;
      return { kind: "conflict", files: [...new Set(lines(error.stdout, "\0").slice(1))] };
    }
  } finally {
    await rm(empty, { recursive: true, force: true });
  }
}

function lines(printed: string, separator: string): string[] {
  return printed.split(separator).filter((line) => line !== "");
}
