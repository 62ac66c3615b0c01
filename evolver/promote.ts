/** Promotes what a person names: a candidate by id or branch, or any commit. */
import { promote } from "../replay/release/promote.ts";
import type { Receipt } from "../replay/release/receipts.ts";
import { RatchetError } from "../runtime/kernel/error.ts";
import { commitOf } from "../runtime/kernel/git.ts";
import type { Home } from "../runtime/kernel/home/home.ts";
import type { Store } from "../runtime/kernel/store/store.ts";
import type { Candidate } from "./candidate.ts";
import { approvePatch, listPatches } from "./patches.ts";

/**
 * @param name id of a candidate or the beginning of it, its branch, or a revision
 * @throws PromotionRefused when it was not accepted, or moved since, unless forced
 * @throws RatchetError (usage) when nothing has that name; (refused) for a commit without a verdict, unless forced
 */
export async function promotePatch(home: Home, store: Store, name: string, force: boolean): Promise<Receipt> {
  const candidate = await findCandidate(home, store, name);
  if (candidate !== undefined) {
    return promote({ repo: home.dir, store, what: { candidate }, force, reason: candidate.proposal.title });
  }
  const commit = await commitOf(home.dir, name);
  if (commit === undefined) throw new RatchetError("usage", `there is no patch or commit "${name}"`, "`agent patches` lists them.");
  if (!force) {
    throw new RatchetError("refused", `${name} has no verdict of the gate`, "--force promotes it all the same; the watch stays on.");
  }
  return promote({ repo: home.dir, store, what: { commit }, force, reason: `${name} by hand` });
}

/** A person accepts a candidate: it is promoted, and the decision is kept beside its verdict. */
export async function approve(home: Home, store: Store, name: string, why: string): Promise<Receipt> {
  const candidate = await findCandidate(home, store, name);
  if (candidate === undefined) throw new RatchetError("usage", `there is no patch "${name}"`, "`agent patches` lists them.");
  const reason = why === "" ? candidate.proposal.title : why;
  return approvePatch({ repo: home.dir, store, id: candidate.id, reason });
}

async function findCandidate(home: Home, store: Store, name: string): Promise<Candidate | undefined> {
  const all = (await listPatches(store)).map(({ candidate }) => candidate);
  const byName = all.find(({ branch }) => branch === name);
  if (byName !== undefined) return byName;
  const byId = all.filter(({ id }) => name.length >= 4 && id.startsWith(name.slice(0, 12)));
  if (byId.length === 1) return byId[0];
  const commit = await commitOf(home.dir, name);
  const tips = await Promise.all(all.map(async ({ branch }) => (branch === undefined ? undefined : commitOf(home.dir, branch))));
  return commit === undefined ? undefined : all[tips.indexOf(commit)];
}
