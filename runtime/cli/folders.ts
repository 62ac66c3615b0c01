/** Folders that a command line names. */
import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { RatchetError } from "../kernel/error.ts";

/** The real path of the folder that `option` names. @throws RatchetError (usage) when there is none */
export async function folder(path: string, option: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new RatchetError("usage", `there is no folder ${resolve(path)}`, `${option} names a folder.`);
  if (!found.isDirectory())
    throw new RatchetError("usage", `${resolve(path)} is not a folder`, `${option} names a folder.`);
  return realpath(path);
}
