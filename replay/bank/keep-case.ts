/** Keeps tasks: a suite may be edited or deleted, and what a patch once fixed can still be tried. */
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import { loadTask } from "../../runtime/kernel/suite/load.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { codeOf } from "../../runtime/kernel/workspace/dir.ts";
import { restore } from "../../runtime/kernel/workspace/restore.ts";
import { snapshot } from "../../runtime/kernel/workspace/snapshot.ts";
import { snapshotsOf } from "../snapshots.ts";
import { KeptCase } from "./kept-case.ts";

/**
 * Stores the task's folder among the home's snapshots. Keeping the same task twice stores nothing new.
 * @throws SnapshotTooLarge; RatchetError (infrastructure) when it cannot be read, (usage) when its name cannot be kept
 */
export async function keepCase(home: Home, { id, dir }: TaskOnDisk): Promise<KeptCase> {
  const { tree } = await snapshot({ workspace: dir, store: snapshotsOf(home) });
  const kept = KeptCase.safeParse({ task: id, tree });
  if (kept.success) return kept.data;
  throw new RatchetError(
    "usage",
    `${id} cannot be kept as a case: its name is not \`suite/task\``,
    `Rename ${dir}.`,
  );
}

/**
 * The task as it was kept, under `.agent/bank/<tree>/<suite>/<task>/`, so that its id is the same. It is written there once;
 * what is there already is compared with the snapshot first, and written again when it differs. Two processes may do so at once.
 * @throws RatchetError (infrastructure) when the snapshot is gone or damaged; (config) when the task is not valid
 */
export async function openCase(home: Home, { task, tree }: KeptCase): Promise<TaskOnDisk> {
  const folder = join(home.state, "bank", tree, task);
  if (!(await holds(home, folder, tree))) await write(home, folder, tree);
  return loadTask(folder);
}

/** Whether the folder is there and is what was kept: files, contents, permission bits, nothing else. */
async function holds(home: Home, folder: string, tree: string): Promise<boolean> {
  if (!(await exists(folder))) return false;
  try {
    return (await snapshot({ workspace: folder, store: snapshotsOf(home) })).tree === tree;
  } catch {
    // It changed under our eyes, or cannot be read: either way it is written again.
    return false;
  }
}

/** Written beside its place and moved there whole. */
async function write(home: Home, folder: string, tree: string): Promise<void> {
  const bank = join(home.state, "bank");
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(join(bank, ".new-"));
  const made = join(fresh, "task");
  try {
    await mkdir(made);
    await restore({ tree, folder: made, store: snapshotsOf(home) });
    await moveInto(home, fresh, folder, tree);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function moveInto(home: Home, fresh: string, folder: string, tree: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await rename(join(fresh, "task"), folder);
      return;
    } catch (error) {
      if (codeOf(error) !== "ENOTEMPTY" && codeOf(error) !== "EEXIST") throw error;
    }
    // Somebody was faster, or what is there is not what was kept; then it makes room.
    if (await holds(home, folder, tree)) return;
    await rename(folder, join(fresh, `old-${attempt}`)).catch((error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw error;
    });
  }
  throw new RatchetError(
    "infrastructure",
    `${folder} is not what was kept and could not be replaced`,
    `Remove ${folder}.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
