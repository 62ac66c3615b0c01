/** Which folders a live run may work in. */
import { isAbsolute, relative, sep } from "node:path";
import { RatchetError } from "../runtime/kernel/error.ts";
import type { Home } from "../runtime/kernel/home/home.ts";

/**
 * An agent that may write its own home could rewrite its guard rules, its tasks and its record.
 * @param workspace real path
 * @throws RatchetError (refused) when the workspace is the home, lies in it, or contains it
 */
export function refuseHomeAsWorkspace(home: Home, workspace: string): void {
  if (!isWithin(workspace, home.dir) && !isWithin(home.dir, workspace)) return;
  const how = isWithin(home.dir, workspace) ? "is, or contains," : "lies in";
  throw new RatchetError(
    "refused",
    `${workspace} ${how} the agent's home ${home.dir}: there it could change its own rules`,
    "Name another folder to work in: --workspace DIR",
  );
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith(`..${sep}`) && way !== ".." && !isAbsolute(way));
}
