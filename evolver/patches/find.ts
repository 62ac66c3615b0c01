/** Finds the candidate that a person names. */
import type { Documents } from "../../replay/release/receipts.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import { commitOf } from "../../runtime/kernel/git.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import { listPatches, type ListedPatch } from "./list.ts";

/**
 * The candidate whose branch that is, the newest one, or whose id starts so: for commands that take nothing else.
 * @throws RatchetError (usage) when none or several do
 */
export async function patchNamed(store: Documents, idOrPrefix: string): Promise<ListedPatch> {
  const all = await listPatches(store);
  // A later cycle that finds the same patch gives it the same branch.
  const byBranch = all.find(({ candidate }) => candidate.branch === idOrPrefix);
  if (byBranch !== undefined) return byBranch;
  const found = all.filter(({ candidate }) => candidate.id.startsWith(idOrPrefix));
  const [only] = found;
  if (idOrPrefix !== "" && found.length === 1 && only !== undefined) return only;
  const ids = (found.length > 0 ? found : all).map(({ candidate }) => candidate.id).join(", ");
  const what =
    found.length > 1 ? `several patches start with ${idOrPrefix}` : `there is no patch ${idOrPrefix}`;
  throw new RatchetError("usage", what, ids === "" ? "run `agent evolve` first" : `choose one of: ${ids}`);
}

/**
 * The candidate that a branch, an id or four letters of its beginning, or the commit of a branch names: for commands that take
 * revisions as well. Undefined when the name is none of these.
 */
export async function findPatch(
  home: Home,
  store: Documents,
  name: string,
): Promise<ListedPatch | undefined> {
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
