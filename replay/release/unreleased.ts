/** What a person committed and the agent does not run. */
import { commitOf, isAncestor } from "../../runtime/kernel/git.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import { sameGenome } from "./earlier.ts";
import { currentRelease } from "./release.ts";

/**
 * HEAD and the release, when something was promoted and HEAD has changes to the genome that the release does not contain.
 * Undefined otherwise: the release contains HEAD, or both run the same.
 * @throws RatchetError when there is no release
 */
export async function unreleasedHead(
  home: Home,
): Promise<{ readonly head: string; readonly release: string } | undefined> {
  const { commit: release, pinned } = await currentRelease(home.dir);
  const head = await commitOf(home.dir, "HEAD");
  if (!pinned || head === undefined || (await isAncestor(home.dir, head, release))) return undefined;
  return (await sameGenome(home.dir, home.config.genome, head, release)) ? undefined : { head, release };
}
