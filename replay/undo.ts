/** Brings the workspace of a live run back to what it was before it, and forth again. */
import { RatchetError } from "../runtime/kernel/error.ts";
import { git } from "../runtime/kernel/git.ts";
import type { Home } from "../runtime/kernel/home/home.ts";
import type { RunRow, Store } from "../runtime/kernel/store/store.ts";
import { replaceBySnapshot, undo } from "../runtime/kernel/workspace/restore.ts";
import { snapshot } from "../runtime/kernel/workspace/snapshot.ts";
import { snapshotsOf, WORKSPACE_ENDS } from "./snapshots.ts";

export interface Undone {
  readonly run: RunRow;
  /** The snapshot that the workspace is now. */
  readonly restored: string;
  /** The snapshot of what was there a moment ago; undefined when it was not to be kept. */
  readonly saved: string | undefined;
}

export interface UndoChoice {
  /** A snapshot that an earlier undo of the run saved, or the beginning of its id; the one before the run when left out. */
  readonly to?: string | undefined;
  /** Also when the folder was changed after the run. */
  readonly force?: boolean;
  /** False: the present state is not kept, for one that is too large or too deep to be. */
  readonly save?: boolean;
}

/**
 * @throws RatchetError (refused) when the folder was changed after the run; (usage) when the run is not known, still goes on, or
 * worked in a scratch copy, or when it has no such snapshot; nothing was changed then
 */
export async function undoRun(
  home: Home,
  store: Store,
  id: string,
  { to, force = false, save = true }: UndoChoice = {},
): Promise<Undone> {
  const run = await store.getRun(id);
  if (run.status === "open") {
    throw new RatchetError("usage", `run ${run.id} still goes on`, "Stop it first (Ctrl-C where it runs).");
  }
  if (run.snapshot === null) {
    const why =
      run.purpose === "imported"
        ? "it was made elsewhere and imported"
        : "it worked in a scratch copy that is gone";
    throw new RatchetError("usage", `run ${run.id} has no snapshot: ${why}`);
  }
  if (!save && !force) {
    throw new RatchetError(
      "usage",
      "--no-save loses what is there now",
      "Say --force with it when that is what you want.",
    );
  }
  if (to === undefined && !force) await refuseLaterWork(home, store, run);
  const saves = await savesOf(store, run);
  const restored = to === undefined ? run.snapshot : oneOf([run.snapshot, ...saves], to, run);
  if (!save) {
    await replaceBySnapshot({ workspace: run.workspace, tree: restored, store: snapshotsOf(home) });
    return { run, restored, saved: undefined };
  }
  const { tree: saved } = await undo({
    workspace: run.workspace,
    tree: restored,
    store: snapshotsOf(home),
    onSaved: (tree) => store.put(SAVES, run.id, [...saves.filter((save) => save !== tree), tree]),
  });
  return { run, restored, saved };
}

/** Undo takes the whole folder back. What was changed in it after the run is somebody's work, and not the run's. */
async function refuseLaterWork(home: Home, store: Store, run: RunRow): Promise<void> {
  const end = await store.get(WORKSPACE_ENDS, run.id);
  const now = await snapshot({ workspace: run.workspace, store: snapshotsOf(home) });
  if (end === now.tree || now.tree === run.snapshot) return;
  const changed = typeof end === "string" ? await changedFiles(home, end, now.tree) : undefined;
  throw new RatchetError(
    "refused",
    changed === undefined
      ? `nobody saw how run ${run.id} left ${run.workspace}: what is there may be yours`
      : `${run.workspace} was changed after run ${run.id}: ${few(changed)}`,
    "Undo would take that back too. --force does it all the same, and keeps the present state as a snapshot.",
  );
}

function few(names: readonly string[]): string {
  const more = names.length > 5 ? `, and ${names.length - 5} more` : "";
  return `${names.slice(0, 5).join(", ")}${more}`;
}

async function changedFiles(home: Home, before: string, after: string): Promise<string[]> {
  const printed = await git(home.dir, { gitDir: snapshotsOf(home) }).run([
    "diff-tree",
    "-r",
    "-z",
    "--name-only",
    before,
    after,
  ]);
  return printed.split("\0").filter((name) => name !== "");
}

/** Snapshots that undoing a run made, by the id of the run: the oldest first. */
const SAVES = "undo-saves";

async function savesOf(store: Store, { id }: RunRow): Promise<string[]> {
  const saves = await store.get(SAVES, id);
  return Array.isArray(saves) ? saves.filter((save) => typeof save === "string") : [];
}

/** Only what this folder once was: any other snapshot would put the files of another folder in the place of these. */
function oneOf(snapshots: readonly string[], prefix: string, run: RunRow): string {
  const found = [...new Set(snapshots)].filter((snapshot) => snapshot.startsWith(prefix));
  const [only, another] = found;
  if (prefix !== "" && only !== undefined && another === undefined) return only;
  const problem = another === undefined ? "has no snapshot" : "has several snapshots";
  throw new RatchetError(
    "usage",
    `run ${run.id} ${problem} ${JSON.stringify(prefix)}`,
    `It has ${[...new Set(snapshots)].join(", ")}.`,
  );
}
