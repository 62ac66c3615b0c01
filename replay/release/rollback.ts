/** Goes back: by one patch, or to any release. Always a new commit on top of the present one; history stays. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GenomePaths } from "../../runtime/kernel/genome.ts";
import { changedTree, writeCommit } from "../../runtime/kernel/git-tree.ts";
import { commitOf, git, GitFailed, isAncestor, treeOf } from "../../runtime/kernel/git.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { KeptCase } from "../bank/kept-case.ts";
import { withReleaseLock } from "./pointer.ts";
import { moveTo, refuseMoved } from "./promote.ts";
import { currentRelease } from "./release.ts";
import {
  readReceipts,
  settleAbandoned,
  settleReceipts,
  withReceipt,
  type Documents,
  type Receipt,
} from "./receipts.ts";

export interface RollbackOptions {
  readonly repo: string;
  readonly store: Documents;
  /** `patch`: the candidate or commit to take back. `to`: the release whose genome to return to. */
  readonly what: { readonly patch: string } | { readonly to: string };
  readonly paths: GenomePaths;
  readonly reason: string;
  /** What got worse, for the regression bank. */
  readonly cases?: readonly KeptCase[];
  readonly now?: () => Date;
}

/** Later patches changed the same lines, so the patch cannot be taken out from under them. */
export class RollbackConflict extends RatchetError {
  readonly files: readonly string[];
  /** Commits after the patch that touch those files, newest first: id and subject. */
  readonly dependents: readonly { readonly commit: string; readonly subject: string }[];

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

/**
 * Reverts a patch, or returns to an older genome, and makes the result the release. Where later patches stay, the receipt
 * names them: they were proven on top of what is gone now.
 * @throws RollbackConflict when later patches depend on the patch.
 * @throws RatchetError (usage) when the patch is not in the release, or nothing would change.
 * @throws PromotionRefused (`release-moved`) when the release moved meanwhile. The pointer has not moved in any of them.
 */
export async function rollback(options: RollbackOptions): Promise<Receipt> {
  const { repo, store, what, reason } = options;
  await settleReceipts(repo, store);
  const now = (options.now ?? (() => new Date()))();
  const release = await currentRelease(repo);
  const target = await targetCommit(repo, store, "to" in what ? what.to : what.patch);
  const tree =
    "to" in what
      ? await oldGenome(repo, release.commit, target, options.paths)
      : await withoutPatch(repo, release.commit, target);
  if (tree === (await treeOf(repo, release.commit))) {
    throw new RatchetError("usage", `nothing to roll back: the release has that content already`);
  }
  const commit = await writeCommit(repo, {
    tree,
    parents: [release.commit],
    message: await message(repo, "to" in what, target, reason),
    date: now,
  });
  const builtUpon = "to" in what ? [] : await laterPatches(repo, store, target, release.commit);
  return withReleaseLock(repo, async () => {
    await settleAbandoned(repo, store);
    await refuseMoved(repo, release, commit);
    const receipt = {
      kind: "rollback",
      from: release.commit,
      to: commit,
      reason,
      forced: false,
      patch: target,
      cases: options.cases ?? [],
      ...(builtUpon.length === 0 ? {} : { builtUpon }),
    } as const;
    return withReceipt(repo, store, receipt, now, () => moveTo(repo, release, commit, `rollback: ${reason}`));
  });
}

/** A candidate goes by the id of the commit that was replayed; what was promoted may be its published twin. */
async function targetCommit(repo: string, store: Documents, name: string): Promise<string> {
  const receipts = await readReceipts(store);
  const receipt = receipts.findLast(
    (entry) => entry.state === "done" && entry.kind === "promote" && entry.patch === name,
  );
  const commit = receipt?.to ?? (await commitOf(repo, name));
  if (commit === undefined)
    throw new RatchetError("usage", `${repo} has no patch or commit ${name}`, "see `agent releases`");
  return commit;
}

async function oldGenome(repo: string, release: string, from: string, paths: GenomePaths): Promise<string> {
  const folders = [paths.harness, paths.prompts, paths.skills];
  return changedTree(
    repo,
    release,
    folders.map((folder) => ({ kind: "take", folder, from }) as const),
  );
}

/** The release's tree with the patch taken out. */
async function withoutPatch(repo: string, release: string, patch: string): Promise<string> {
  if (!(await isAncestor(repo, patch, release))) {
    const hint = "only what was promoted can be taken back: see `agent releases`";
    throw new RatchetError(
      "usage",
      `${patch.slice(0, 12)} is not part of the release ${release.slice(0, 12)}`,
      hint,
    );
  }
  const parents = (await git(repo).run(["rev-list", "--parents", "--max-count=1", patch]))
    .trim()
    .split(" ")
    .slice(1);
  if (parents.length === 0)
    throw new RatchetError("usage", `${patch.slice(0, 12)} is the first commit of the home`);

  const tree = await revertedTree(repo, release, patch, parents[0] ?? "");
  if (tree.kind === "clean") return tree.id;
  throw new RollbackConflict(patch, tree.files, await laterCommits(repo, patch, release, tree.files));
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

async function laterCommits(repo: string, patch: string, release: string, files: readonly string[]) {
  const printed = await git(repo).run([
    "log",
    "--no-merges",
    "--format=%H %s",
    `${patch}..${release}`,
    "--",
    ...files,
  ]);
  return lines(printed, "\n").map(asCommit);
}

/** Promoted after the patch and not reverted since, newest first. */
async function laterPatches(repo: string, store: Documents, patch: string, release: string) {
  const done = (await readReceipts(store)).filter(({ state }) => state === "done");
  const reverted = new Set(
    done.flatMap((receipt) => (receipt.kind === "rollback" ? (receipt.patch ?? []) : [])),
  );
  const promoted = new Set(done.flatMap((receipt) => (receipt.kind === "promote" ? receipt.to : [])));
  const later = lines(await git(repo).run(["log", "--format=%H %s", `${patch}..${release}`]), "\n").map(
    asCommit,
  );
  return later.filter(({ commit }) => promoted.has(commit) && !reverted.has(commit));
}

function asCommit(line: string): { commit: string; subject: string } {
  return { commit: line.split(" ", 1)[0] ?? "", subject: line.replace(/^\S+ /, "") };
}

async function message(repo: string, returns: boolean, target: string, reason: string): Promise<string> {
  const subject = (await git(repo).run(["log", "--max-count=1", "--format=%s", target])).trim();
  const id = target.slice(0, 12);
  const first = returns ? `Return to the genome of ${id}` : `Revert "${subject}"`;
  const second = returns ? `That release was: ${subject}` : `This takes back commit ${target}.`;
  return `${first}\n\n${second}\n\n${reason}\n\nRatchet-${returns ? "Returns-To" : "Reverts"}: ${target}\n`;
}

function lines(printed: string, separator: string): string[] {
  return printed.split(separator).filter((line) => line !== "");
}
