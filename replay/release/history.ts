/** What was committed after a patch. */
import { git } from "../../runtime/kernel/git.ts";

export interface NamedCommit {
  readonly commit: string;
  readonly subject: string;
}

/**
 * Commits of `release` that `patch` does not have, newest first.
 * @param files only those that touch one of these, without merges; all of them when left out
 */
export async function commitsAfter(
  repo: string,
  patch: string,
  release: string,
  files?: readonly string[],
): Promise<NamedCommit[]> {
  const log = ["log", "--format=%H %s", ...(files === undefined ? [] : ["--no-merges"])];
  const range = [`${patch}..${release}`, "--", ...(files ?? [])];
  const printed = await git(repo).run([...log, ...range]);
  const lines = printed.split("\n").filter((line) => line !== "");
  return lines.map((line) => ({ commit: line.split(" ", 1)[0] ?? "", subject: line.replace(/^\S+ /, "") }));
}
