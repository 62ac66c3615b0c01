/** Which folders a live run may work in. */
import { realpath } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";
import { RatchetError } from "../runtime/kernel/error.ts";
import { git } from "../runtime/kernel/git.ts";
import type { Home } from "../runtime/kernel/home/home.ts";

/**
 * An agent that may write its own home could rewrite its guard rules, its tasks and its record; one that may write the home's
 * repository, which lies elsewhere when the home is a linked worktree, could move the release.
 * @param workspace real path
 * @throws RatchetError (refused) when the workspace is the home or its repository, lies in one of them, or contains one
 */
export async function refuseHomeAsWorkspace(home: Home, workspace: string): Promise<void> {
  for (const { path, what } of await placesOf(home)) {
    if (!isWithin(workspace, path) && !isWithin(path, workspace)) continue;
    const how = isWithin(path, workspace) ? "is, or contains," : "lies in";
    throw new RatchetError(
      "refused",
      `${workspace} ${how} the agent's own ${what} ${path}: there it could change its own rules`,
      "Name another folder to work in: --workspace DIR",
    );
  }
}

async function placesOf(home: Home): Promise<{ path: string; what: string }[]> {
  const printed = await git(home.dir).run([
    "rev-parse",
    "--path-format=absolute",
    "--git-dir",
    "--git-common-dir",
    "--git-path",
    "objects",
  ]);
  const repository = printed.split("\n").filter((path) => path !== "");
  const real = await Promise.all([...new Set(repository)].map((path) => realpath(path).catch(() => path)));
  return [{ path: home.dir, what: "home" }, ...real.map((path) => ({ path, what: "repository" }))];
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith(`..${sep}`) && way !== ".." && !isAbsolute(way));
}
