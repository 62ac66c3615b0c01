/** Moves the release from where the caller saw it, or refuses: somebody else may have been faster. */
import { GitFailed } from "../../runtime/kernel/git.ts";
import { movePointer } from "./pointer.ts";
import type { Receipt } from "./receipts.ts";
import { PromotionRefused } from "./refused.ts";
import { currentRelease, type Release } from "./release.ts";

/**
 * Moves the pointer from the release that the caller saw, or not at all.
 * @throws PromotionRefused (`release-moved`) when somebody else moved it meanwhile.
 */
export async function moveTo(
  repo: string,
  from: Release,
  to: string,
  kind: Receipt["kind"],
  why: string,
): Promise<void> {
  try {
    await movePointer(repo, from, to, `${kind}: ${why}`);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    await refuseMoved(repo, from, to, kind);
    throw error;
  }
}

/** @throws PromotionRefused when the release is not the one that the caller saw */
export async function refuseMoved(
  repo: string,
  seen: Release,
  to: string,
  kind: Receipt["kind"],
): Promise<void> {
  const now = await currentRelease(repo);
  if (now.pinned === seen.pinned && now.commit === seen.commit) return;
  if (kind === "rollback") throw movedMeanwhile(seen.commit, now.commit);
  refuseReleased(now, to);
  throw releaseMoved(seen.commit, now.commit);
}

/** @throws PromotionRefused (`already-released`) */
export function refuseReleased(release: Release, commit: string): void {
  if (release.pinned && commit === release.commit)
    throw new PromotionRefused("already-released", `${short(commit)} is the release already`);
}

/** Two rollbacks at the same time may even make the same commit; who comes second has still done nothing. */
function movedMeanwhile(seen: string, now: string): PromotionRefused {
  return new PromotionRefused(
    "release-moved",
    `nothing was rolled back: the release moved from ${short(seen)} to ${short(now)} meanwhile`,
    "`agent releases` shows what happened; roll back again if that is not what you wanted",
  );
}

/** What a promotion says whose release is not the one of now. */
export function releaseMoved(expected: string, now: string): PromotionRefused {
  const message = `the release is ${short(now)} now, the verdict was given on ${short(expected)}`;
  return new PromotionRefused(
    "release-moved",
    message,
    "run `agent evolve` again: patches are judged on the present release",
  );
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
