/** Goes back: by one patch, or to any release. Always a new commit on top of the present one; history stays. */
import type { GenomePaths } from "../../runtime/kernel/genome.ts";
import { changedTree, writeCommit } from "../../runtime/kernel/git-tree.ts";
import { commitOf, git, treeOf } from "../../runtime/kernel/git.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { KeptCase } from "../bank/kept-case.ts";
import { commitsAfter } from "./history.ts";
import { moveTo, refuseMoved } from "./move.ts";
import { withReleaseLock } from "./pointer.ts";
import { currentRelease } from "./release.ts";
import {
  readReceipts,
  settleAbandoned,
  settleReceipts,
  withReceipt,
  type Documents,
  type Receipt,
} from "./receipts.ts";
import { withoutPatch } from "./without-patch.ts";

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
    throw new RatchetError(
      "usage",
      "nothing to roll back: the release has that content already",
      "`agent releases` shows what happened.",
    );
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

/** Promoted after the patch and not reverted since, newest first. */
async function laterPatches(repo: string, store: Documents, patch: string, release: string) {
  const done = (await readReceipts(store)).filter(({ state }) => state === "done");
  const reverted = new Set(
    done.flatMap((receipt) => (receipt.kind === "rollback" ? (receipt.patch ?? []) : [])),
  );
  const promoted = new Set(done.flatMap((receipt) => (receipt.kind === "promote" ? receipt.to : [])));
  const later = await commitsAfter(repo, patch, release);
  return later.filter(({ commit }) => promoted.has(commit) && !reverted.has(commit));
}

async function message(repo: string, returns: boolean, target: string, reason: string): Promise<string> {
  const subject = (await git(repo).run(["log", "--max-count=1", "--format=%s", target])).trim();
  const id = target.slice(0, 12);
  const first = returns ? `Return to the genome of ${id}` : `Revert "${subject}"`;
  const second = returns ? `That release was: ${subject}` : `This takes back commit ${target}.`;
  return `${first}\n\n${second}\n\n${reason}\n\nRatchet-${returns ? "Returns-To" : "Reverts"}: ${target}\n`;
}
