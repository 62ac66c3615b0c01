/** Folders that a command line names. */
import { realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { RatchetError } from "../kernel/error.ts";
import type { Home } from "../kernel/home/home.ts";

/**
 * The folder to work in. Never one that holds the home: the agent could rewrite its own rules, and its own record.
 * @throws RatchetError
 */
export async function workspaceFor(home: Home, path: string): Promise<string> {
  const workspace = await folder(path, "--workspace");
  const [own, state] = await Promise.all([realpath(home.dir), realpath(home.state).catch(() => home.state)]);
  if (isWithin(own, workspace) || isWithin(workspace, state) || isWithin(workspace, join(own, ".git"))) {
    throw new RatchetError(
      "refused",
      `${workspace} holds the agent's own home, which a run must not be able to change`,
      "Name another folder to work in: --workspace DIR",
    );
  }
  return workspace;
}

/** The real path of the folder that `option` names. @throws RatchetError (usage) when there is none */
export async function folder(path: string, option: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new RatchetError("usage", `there is no folder ${resolve(path)}`, `${option} names a folder.`);
  if (!found.isDirectory())
    throw new RatchetError("usage", `${resolve(path)} is not a folder`, `${option} names a folder.`);
  return realpath(path);
}

function isWithin(path: string, folderAbove: string): boolean {
  const way = relative(folderAbove, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
