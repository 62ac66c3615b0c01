/** Moves the pointer to the release, so that whoever comes after a killed process can tell, and decide, whether it moved. */
import { join } from "node:path";
import { RatchetError } from "../../runtime/kernel/error.ts";
import { commitOf, isAncestor, type RefChange } from "../../runtime/kernel/git.ts";
import { waitForLock } from "../../runtime/kernel/lock.ts";
import { freeRefs, updateOwnRefs } from "./ref-locks.ts";
import { currentRelease, RELEASE_REF, type Release } from "./release.ts";

/**
 * Points to where the next move leads; a move that is not announced there fails. A git command outlives the process that
 * started it: this is how a move is called off that may still be under way.
 */
const ANNOUNCED_REF = "refs/ratchet/announced";

/**
 * Holds the home's lock on releases while `use` goes on.
 * @throws RatchetError (infrastructure) when another process holds it for ten seconds
 */
export async function withReleaseLock<T>(repo: string, use: () => Promise<T>): Promise<T> {
  using lock = await waitForLock(releaseLockFile(repo), WAIT_MS);
  if (lock !== undefined) return await use();
  throw new RatchetError(
    "infrastructure",
    `another promotion or rollback is going on in ${repo}`,
    "Try again when it is over.",
  );
}

/** File of the lock that whoever moves the release holds. */
export function releaseLockFile(repo: string): string {
  return join(repo, ".agent", "release.lock");
}

const WAIT_MS = 10_000;

/** Says where the next move leads. For who holds the lock. */
export async function announce(repo: string, to: string): Promise<void> {
  const old = await commitOf(repo, ANNOUNCED_REF);
  if (old === to) return;
  await updateOwnRefs(repo, [{ ref: ANNOUNCED_REF, new: to, old }], "ratchet: announce a move");
}

/**
 * Moves the pointer from `from` to the commit that was announced, or not at all. The references that keep releases come
 * first: what the pointer shows is kept from its first moment. For who holds the lock.
 * @throws GitFailed when somebody else moved it meanwhile, or the move was called off
 */
export async function movePointer(repo: string, from: Release, to: string, why: string): Promise<void> {
  const kept: RefChange[] = [];
  for (const commit of new Set([from.commit, to])) kept.push(...(await keep(repo, commit)));
  const changes = [
    { ref: ANNOUNCED_REF, new: to, old: to },
    ...kept,
    { ref: RELEASE_REF, new: to, old: from.pinned ? from.commit : undefined },
  ];
  await updateOwnRefs(repo, changes, why);
}

/**
 * Whether a move, of a process that is gone, has happened. When it has not, it will not happen any more. For who holds the lock.
 */
export async function settleMove(repo: string, { from, to }: { from: string; to: string }): Promise<boolean> {
  await announce(repo, (await currentRelease(repo)).commit);
  await freeRefs(repo, [ANNOUNCED_REF, RELEASE_REF, keptRef(from), keptRef(to)]);
  const { commit, pinned } = await currentRelease(repo);
  if (!pinned || commit === to) return pinned;
  // Somebody moved it on by other means. A commit that is gone was never a release, since those are kept.
  const known = (await commitOf(repo, to)) !== undefined && (await commitOf(repo, from)) !== undefined;
  if (!known || commit === from) return false;
  return (await isAncestor(repo, to, commit)) && !(await isAncestor(repo, to, from));
}

/** Every release stays reachable, so that one can return to it when its branch is gone and HEAD was rewritten. */
async function keep(repo: string, commit: string): Promise<RefChange[]> {
  const ref = keptRef(commit);
  return (await commitOf(repo, ref)) === undefined ? [{ ref, new: commit, old: undefined }] : [];
}

function keptRef(commit: string): string {
  return `refs/ratchet/releases/${commit.slice(0, 12)}`;
}
