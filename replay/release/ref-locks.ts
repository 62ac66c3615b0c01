/**
 * Moves references although a killed git left its locks.
 *
 * Git locks a reference with a file `<ref>.lock`, holds it for milliseconds, and never takes it away when it is killed in
 * between; nothing in it says whose it is. Git itself gives up on such a lock after 100 ms (core.filesRefLockTimeout). Here one is
 * taken for abandoned when it has been the same for twenty times that. It is done for references that only Ratchet moves, and
 * only by who holds the lock on releases, so that no living process of ours can be its owner. Should somebody stop a git for
 * that long in the very middle, then its compare-and-swap has been made before, and the worst is an error.
 */
import { lstatSync, rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { git, GitFailed, updateRefs, type RefChange } from "../../runtime/kernel/git.ts";

/**
 * Like {@link updateRefs}, and takes abandoned locks on these references away first when there are any.
 * @throws GitFailed when one of the references has moved
 */
export async function updateOwnRefs(repo: string, changes: readonly RefChange[], why: string): Promise<void> {
  try {
    await updateRefs(repo, changes, why);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const freed = await freeRefs(
      repo,
      changes.map(({ ref }) => ref),
    );
    if (!freed) throw error;
    await updateRefs(repo, changes, why);
  }
}

/** Waits until no lock on these references is left, and takes away those that are abandoned. True when there was one. */
export async function freeRefs(repo: string, refs: readonly string[]): Promise<boolean> {
  let found = false;
  for (const file of await lockFiles(repo, refs)) if (await freeOne(file)) found = true;
  return found;
}

const ABANDONED_MS = 2000;

async function freeOne(file: string): Promise<boolean> {
  let seen = look(file);
  if (seen === undefined) return false;
  let since = performance.now();
  for (;;) {
    // The clock of the file system may be another one; then it counts how long we have watched.
    const age = Math.max(Date.now() - seen.at, performance.now() - since);
    if (age >= ABANDONED_MS) {
      if (look(file)?.mark === seen.mark) rmSync(file, { force: true });
      return true;
    }
    await setTimeout(50);
    const now = look(file);
    if (now === undefined) return true;
    if (now.mark !== seen.mark) since = performance.now();
    seen = now;
  }
}

/** Undefined when it is not there. The mark tells one lock from the next. */
function look(file: string): { readonly mark: string; readonly at: number } | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat === undefined ? undefined : { mark: `${stat.ino}:${stat.mtimeMs}`, at: stat.mtimeMs };
}

async function lockFiles(repo: string, refs: readonly string[]): Promise<string[]> {
  const names = refs.flatMap((ref) => ["--git-path", `${ref}.lock`]);
  const printed = await git(repo).run(["rev-parse", "--path-format=absolute", ...names]);
  return printed.split("\n").filter((line) => line !== "");
}
