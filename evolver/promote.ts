/** Promotes what a person names: a candidate by id or branch, or any commit. */
import { promote } from "../replay/release/promote.ts";
import type { Receipt } from "../replay/release/receipts.ts";
import { RatchetError } from "../runtime/kernel/error.ts";
import { commitOf } from "../runtime/kernel/git.ts";
import type { Home } from "../runtime/kernel/home/home.ts";
import type { Store } from "../runtime/kernel/store/store.ts";
import type { Candidate } from "./candidate.ts";
import { approvePatch, listPatches, type ListedPatch } from "./patches.ts";

/**
 * @param name id of a candidate or the beginning of it, its branch, or a revision
 * @throws PromotionRefused when it was not accepted, or moved since, unless forced
 * @throws RatchetError (usage) when nothing has that name; (refused) for a commit without a verdict, unless forced
 */
export async function promotePatch(home: Home, store: Store, name: string, force: boolean): Promise<Receipt> {
  const found = await findPatch(home, store, name);
  if (found !== undefined) {
    if (found.decision?.decision === "rejected" && !force) throw turnedDown(found);
    const candidate = await withBranch(home, found.candidate);
    return promote({ repo: home.dir, store, what: { candidate }, force, reason: candidate.proposal.title });
  }
  const commit = await commitOf(home.dir, name);
  if (commit === undefined)
    throw new RatchetError("usage", `there is no patch or commit "${name}"`, "`agent patches` lists them.");
  if (!force) {
    throw new RatchetError(
      "refused",
      `${name} has no verdict of the gate`,
      "--force promotes it all the same; the watch stays on.",
    );
  }
  return promote({ repo: home.dir, store, what: { commit }, force, reason: `${name} by hand` });
}

/** A person accepts a candidate: it is promoted, and the decision is kept beside its verdict. */
export async function approve(home: Home, store: Store, name: string, why: string): Promise<Receipt> {
  const candidate = (await findPatch(home, store, name))?.candidate;
  if (candidate === undefined)
    throw new RatchetError("usage", `there is no patch "${name}"`, "`agent patches` lists them.");
  const reason = why === "" ? candidate.proposal.title : why;
  return approvePatch({ repo: home.dir, store, id: candidate.id, reason });
}

function turnedDown({ candidate, decision }: ListedPatch): RatchetError {
  const why = decision?.why === undefined || decision.why === "" ? "" : `: ${decision.why}`;
  return new RatchetError(
    "refused",
    `${candidate.id} was turned down by a person${why}`,
    "--force promotes it all the same.",
  );
}

/** The branch of what was turned down is gone; its commit is kept. */
async function withBranch(home: Home, candidate: Candidate): Promise<Candidate> {
  const { branch } = candidate;
  const exists = branch !== undefined && (await commitOf(home.dir, `refs/heads/${branch}`)) !== undefined;
  return exists ? candidate : { ...candidate, branch: undefined };
}

/** The candidate that a branch, an id or the beginning of one, or the commit of a branch names. */
export async function findPatch(home: Home, store: Store, name: string): Promise<ListedPatch | undefined> {
  const all = await listPatches(store);
  const byName = all.find(({ candidate }) => candidate.branch === name);
  if (byName !== undefined) return byName;
  const byId = all.filter(({ candidate }) => name.length >= 4 && candidate.id.startsWith(name.slice(0, 12)));
  if (byId.length === 1) return byId[0];
  const commit = await commitOf(home.dir, name);
  const tips = await Promise.all(
    all.map(async ({ candidate: { branch } }) =>
      branch === undefined ? undefined : commitOf(home.dir, branch),
    ),
  );
  return commit === undefined ? undefined : all[tips.indexOf(commit)];
}
