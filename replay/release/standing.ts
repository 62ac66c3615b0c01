/** Which promotions a release still has, as the receipts tell: what was taken back is gone, whoever took it back. */
import { isAncestor } from "../../runtime/kernel/git.ts";
import type { GenomePaths } from "../../runtime/kernel/genome.ts";
import { sameGenome } from "./earlier.ts";
import type { Receipt } from "./receipts.ts";

/** What became of the promotions before a release. */
export interface Standing {
  /** Promotions that the release has, oldest first. */
  readonly promotions: readonly Receipt[];
  /** Commits that were reverted and are so still. */
  readonly reverted: readonly string[];
}

/**
 * Follows the moves of the pointer from the first to the last one that made `release`.
 * @param receipts those that are done, oldest first
 */
export async function standingIn(
  repo: string,
  paths: GenomePaths,
  receipts: readonly Receipt[],
  release: string,
): Promise<Standing> {
  const releases: Releases = new Map();
  for (const receipt of receipts) {
    const next =
      receipt.kind === "promote"
        ? await afterPromotion(repo, releases, receipt)
        : await afterRollback(repo, paths, releases, receipt, receipts);
    // The newest comes last: that is where an unknown commit is looked up first.
    releases.delete(receipt.to);
    releases.set(receipt.to, next);
  }
  return known(repo, releases, release);
}

type Releases = Map<string, Standing>;

const NOTHING: Standing = { promotions: [], reverted: [] };

/** A commit never changes, so that what it has is known once; an unknown one has what the newest release below it has. */
async function known(repo: string, releases: Releases, commit: string): Promise<Standing> {
  const exact = releases.get(commit);
  if (exact !== undefined) return exact;
  for (const [release, standing] of [...releases].toReversed())
    if (await isAncestor(repo, release, commit)) return standing;
  return NOTHING;
}

async function afterPromotion(repo: string, releases: Releases, receipt: Receipt): Promise<Standing> {
  const { from, to, forced } = receipt;
  // Only by force something becomes the release that was not made on top of it.
  const below = forced && !(await isAncestor(repo, from, to)) ? to : from;
  const { promotions, reverted } = await known(repo, releases, below);
  return { promotions: [...promotions, receipt], reverted: without(reverted, [to]) };
}

async function afterRollback(
  repo: string,
  paths: GenomePaths,
  releases: Releases,
  { from, to, patch }: Receipt,
  receipts: readonly Receipt[],
): Promise<Standing> {
  const target = patch ?? from;
  if (await sameGenome(repo, paths, target, to)) return known(repo, releases, target);
  const { promotions, reverted } = await known(repo, releases, from);
  const undone = receipts.findLast((receipt) => receipt.kind === "rollback" && receipt.to === target);
  if (undone === undefined) {
    const left = promotions.filter((promotion) => promotion.to !== target);
    return { promotions: left, reverted: [...reverted, target] };
  }
  // Who reverts a rollback has again what that one took out.
  const before = await known(repo, releases, undone.from);
  const after = await known(repo, releases, target);
  return {
    promotions: [...promotions, ...without(before.promotions, [...after.promotions, ...promotions])],
    reverted: [...without(reverted, without(after.reverted, before.reverted)), target],
  };
}

function without<T>(all: readonly T[], some: readonly T[]): T[] {
  return all.filter((one) => !some.includes(one));
}
