/** Throw-away folders for trials. */
import { execFile } from "node:child_process";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { copyFolder } from "./copy.ts";
import { restore } from "./restore.ts";

/** Where a scratch workspace comes from. */
export type Origin =
  | { readonly kind: "empty" }
  /** A copy; see {@link copyFolder}. */
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "snapshot"; readonly tree: string; readonly store: string };

export interface Scratch extends AsyncDisposable {
  /** Real path of the folder. */
  readonly dir: string;
  /** Deletes the folder; safe to call more than once. */
  dispose(): Promise<void>;
}

/** @param parent where it is made; the system's folder for temporary files when left out */
export async function createScratch(origin: Origin, parent?: string): Promise<Scratch> {
  const dir = await realpath(await mkdtemp(join(parent ?? tmpdir(), "ratchet-")));
  const dispose = (): Promise<void> => removeAll(dir);
  try {
    await fillFrom(origin, dir);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { dir, dispose, [Symbol.asyncDispose]: dispose };
}

async function fillFrom(origin: Origin, dir: string): Promise<void> {
  switch (origin.kind) {
    case "empty":
      return;
    case "folder":
      return copyFolder(origin.path, dir);
    case "snapshot":
      return restore({ tree: origin.tree, folder: dir, store: origin.store });
    default:
      return origin satisfies never;
  }
}

/** Commands may leave folders that cannot be entered, or nested deeper than a path may be long. */
async function removeAll(dir: string): Promise<void> {
  try {
    await rm(dir, { recursive: true, force: true, maxRetries: 2 });
  } catch {
    const run = promisify(execFile);
    await run("chmod", ["-R", "u+rwX", dir]).catch(() => undefined);
    await run("rm", ["-rf", "--", dir]);
  }
}
