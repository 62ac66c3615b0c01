/** Which commit of the home `agent run` executes. */
import { commitOf } from "../../runtime/kernel/git.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";

/** Points at the release once something was promoted; it never has anything to do with what is checked out. */
export const RELEASE_REF = "refs/ratchet/release";

/** The present release, and whether the reference holds it or it is HEAD for want of one. */
export interface Release {
  readonly commit: string;
  readonly pinned: boolean;
}

/**
 * The release of the home.
 * @throws RatchetError (config) when there is neither a promotion nor a commit.
 */
export async function currentRelease(repo: string): Promise<Release> {
  const pinned = await commitOf(repo, RELEASE_REF);
  if (pinned !== undefined) return { commit: pinned, pinned: true };
  const head = await commitOf(repo, "HEAD");
  if (head === undefined) {
    throw new RatchetError(
      "config",
      `${repo} has no commit to run`,
      "commit agent.yaml, harness/ and prompts/ first",
    );
  }
  return { commit: head, pinned: false };
}
