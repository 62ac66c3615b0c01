/** Goes back: by one patch, or to any release. Always a new commit on top of the present one; history stays. */
import type { GenomePaths } from "../../runtime/kernel/genome.ts";
import { changedTree, writeCommit } from "../../runtime/kernel/git-tree.ts";
import { commitOf, isAncestor, subjectOf, treeOf } from "../../runtime/kernel/git.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { KeptCase } from "../bank/kept-case.ts";
import { commitsAfter } from "./history.ts";
import { moveTo, refuseMoved } from "./move.ts";
import { wasRelease } from "./origin.ts";
import { withReleaseLock } from "./pointer.ts";
import { currentRelease } from "./release.ts";
import {
  doneReceipts,
  settleAbandoned,
  settleReceipts,
  withReceipt,
  type Documents,
  type Receipt,
} from "./receipts.ts";
import { standingIn, type Standing } from "./standing.ts";
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
 * @throws RatchetError (usage) when the patch is not in the release, was taken back already, or nothing would change; (refused)
 * when what to return to was never a release.
 * @throws PromotionRefused (`release-moved`) when the release moved meanwhile. The pointer has not moved in any of them.
 */
export async function rollback(options: RollbackOptions): Promise<Receipt> {
  const { repo, store, what, reason } = options;
  await settleReceipts(repo, store);
  const now = (options.now ?? (() => new Date()))();
  const release = await currentRelease(repo);
  const target = await targetCommit(repo, store, "to" in what ? what.to : what.patch);
  if ("to" in what) await refuseUnreleased(repo, store, target);
  const standing =
    "to" in what
      ? undefined
      : await standingIn(repo, options.paths, await doneReceipts(store), release.commit);
  if (standing !== undefined) await refuseTakenBack(repo, store, standing, target, release.commit);
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
  const builtUpon = standing === undefined ? [] : await laterPatches(repo, standing, target, release.commit);
  return withReleaseLock(repo, async () => {
    await settleAbandoned(repo, store);
    await refuseMoved(repo, release, commit, "rollback");
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
    return withReceipt(repo, store, receipt, now, () => moveTo(repo, release, commit, "rollback", reason));
  });
}

/** A candidate goes by the id of the commit that was replayed; what was promoted may be its published twin. */
async function targetCommit(repo: string, store: Documents, name: string): Promise<string> {
  const receipts = await doneReceipts(store);
  const receipt = receipts.findLast((entry) => entry.kind === "promote" && entry.patch === name);
  const commit = receipt?.to ?? (await commitOf(repo, name));
  if (commit === undefined)
    throw new RatchetError("usage", `${repo} has no patch or commit ${name}`, "see `agent releases`");
  return commit;
}

/** What was never a release may be anything: nobody has judged it, or it was turned down. */
async function refuseUnreleased(repo: string, store: Documents, commit: string): Promise<void> {
  if (await wasRelease(repo, store, commit)) return;
  throw new RatchetError(
    "refused",
    `${commit.slice(0, 12)} was never a release, so there is nothing to return to`,
    "`agent releases` shows those that there were; `agent promote` is for what is new.",
  );
}

/** Taking out what is out would look like a conflict, or put back what replaced it. */
async function refuseTakenBack(
  repo: string,
  store: Documents,
  { promotions, reverted }: Standing,
  patch: string,
  release: string,
): Promise<void> {
  if (promotions.some(({ to }) => to === patch)) return;
  const promoted = (await doneReceipts(store)).some(({ kind, to }) => kind === "promote" && to === patch);
  const gone = reverted.includes(patch) || (promoted && (await isAncestor(repo, patch, release)));
  if (!gone) return;
  throw new RatchetError(
    "usage",
    `${patch.slice(0, 12)} was taken back already`,
    "`agent releases` shows what happened.",
  );
}

async function oldGenome(repo: string, release: string, from: string, paths: GenomePaths): Promise<string> {
  const folders = [paths.harness, paths.prompts, paths.skills];
  return changedTree(
    repo,
    release,
    folders.map((folder) => ({ kind: "take", folder, from }) as const),
  );
}

/**
 * Candidates that were proven and promoted after the patch and are still in the release, newest first. Force proves nothing.
 */
async function laterPatches(repo: string, { promotions }: Standing, patch: string, release: string) {
  const proven = new Set(
    promotions.flatMap(({ to, forced, patch: id }) => (forced || id === undefined ? [] : to)),
  );
  return (await commitsAfter(repo, patch, release)).filter(({ commit }) => proven.has(commit));
}

async function message(repo: string, returns: boolean, target: string, reason: string): Promise<string> {
  const subject = await subjectOf(repo, target);
  const id = target.slice(0, 12);
  const first = returns ? `Return to the genome of ${id}` : `Revert "${subject}"`;
  const second = returns ? `That release was: ${subject}` : `This takes back commit ${target}.`;
  return `${first}\n\n${second}\n\n${reason}\n\nRatchet-${returns ? "Returns-To" : "Reverts"}: ${target}\n`;
}
