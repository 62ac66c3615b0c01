import { accessSync, constants, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isShown } from "./system.ts";

/** Absolute path of a program on PATH, or in a system folder that PATH may lack. */
export function findTool(name: string): string | undefined {
  return candidates(name)[0];
}

/**
 * The same for a program that runs inside, where PATH's folders need not exist: the first that is there under its own
 * name, by which a multi-call binary knows what to do. Links out of other folders are followed.
 */
export function findInnerTool(name: string): string | undefined {
  for (const path of candidates(name)) {
    const hops = linkChain(path);
    const shown = hops.find(
      (hop, index) => basename(hop) === name && hops.slice(index).every((each) => isShown(each)),
    );
    if (shown !== undefined) return shown;
  }
  return undefined;
}

function candidates(name: string): string[] {
  const folders = [
    ...(process.env["PATH"] ?? "").split(":"),
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/usr/sbin",
    "/sbin",
  ];
  return folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

/** The path itself, with its folder's links resolved, then what each link names, until there is no further link. */
function linkChain(path: string): string[] {
  const hops: string[] = [];
  for (let next: string | undefined = path; next !== undefined && hops.length < MOST_LINKS;) {
    const hop: string = join(realpathSync(dirname(next)), basename(next));
    hops.push(hop);
    next = linkTarget(hop);
  }
  return hops;
}

/** As the system: more in a row are taken for a loop. */
const MOST_LINKS = 40;

function linkTarget(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
