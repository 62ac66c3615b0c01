/** Takes back what a person names: a patch, by default the last promotion, or everything since a release. */
import { rollback } from "../replay/release/rollback.ts";
import { listReleases, type Receipt } from "../replay/release/receipts.ts";
import { RatchetError } from "../runtime/kernel/error.ts";
import { commitOf, subjectOf } from "../runtime/kernel/git.ts";
import type { Home } from "../runtime/kernel/home/home.ts";
import type { Store } from "../runtime/kernel/store/store.ts";
import { findPatch } from "./patches/find.ts";

/**
 * @throws RollbackConflict when later patches depend on it; RatchetError (usage) when there is nothing to take back;
 * (refused) when what to return to was never a release
 */
export async function rollbackRelease(
  home: Home,
  store: Store,
  what: { readonly patch: string | undefined } | { readonly to: string },
): Promise<Receipt> {
  const shared = { repo: home.dir, store, paths: home.config.genome };
  if ("to" in what) return rollback({ ...shared, what, reason: `back to ${await nameOf(home, what.to)}` });
  if (what.patch !== undefined) {
    const patch = await commitOfPatch(home, store, what.patch);
    return rollback({ ...shared, what: { patch }, reason: `without ${await nameOf(home, patch)}` });
  }
  const last = (await listReleases(home.dir, store)).find((release) => release.current);
  if (last === undefined || last.kind !== "promote") {
    throw new RatchetError(
      "usage",
      "there is no promotion to take back",
      "`agent releases` shows what happened.",
    );
  }
  return rollback({ ...shared, what: { to: last.from }, reason: `without "${last.reason}"` });
}

/** The commit that was promoted: the branch's, which differs from the replayed one in its message. */
async function commitOfPatch(home: Home, store: Store, name: string): Promise<string> {
  const found = await findPatch(home, store, name);
  const branch = found?.candidate.branch;
  const tip = branch === undefined ? undefined : await commitOf(home.dir, branch);
  return tip ?? found?.candidate.commit ?? name;
}

/** For the receipt: a revision such as a branch says nothing any more once it has moved. */
async function nameOf(home: Home, revision: string): Promise<string> {
  const commit = await commitOf(home.dir, revision);
  return commit === undefined ? revision : `"${await subjectOf(home.dir, commit)}" (${commit.slice(0, 12)})`;
}
