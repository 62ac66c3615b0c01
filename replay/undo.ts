/** Brings the workspace of a live run back to what it was before it, and forth again. */
import { RatchetError } from "../runtime/kernel/error.ts";
import type { Home } from "../runtime/kernel/home/home.ts";
import type { RunRow, Store } from "../runtime/kernel/store/store.ts";
import { undo } from "../runtime/kernel/workspace/restore.ts";
import { snapshotsOf } from "./live.ts";

export interface Undone {
  readonly run: RunRow;
  /** The snapshot that the workspace is now. */
  readonly restored: string;
  /** The snapshot of what was there a moment ago. */
  readonly saved: string;
}

/**
 * @param to a snapshot that an earlier undo of the run saved, or the beginning of its id; the one before the run when left out
 * @throws RatchetError (usage) when the run is not known, still goes on, or worked in a scratch copy, or when it has no such
 * snapshot; nothing was changed then
 */
export async function undoRun(home: Home, store: Store, id: string, to?: string): Promise<Undone> {
  const run = await store.getRun(id);
  if (run.status === "open") {
    throw new RatchetError("usage", `run ${run.id} still goes on`, "Stop it first (Ctrl-C where it runs).");
  }
  if (run.snapshot === null) {
    throw new RatchetError(
      "usage",
      `run ${run.id} has no snapshot: it worked in a scratch copy that is gone`,
    );
  }
  const saves = await savesOf(store, run);
  const restored = to === undefined ? run.snapshot : oneOf([run.snapshot, ...saves], to, run);
  const { tree: saved } = await undo({
    workspace: run.workspace,
    tree: restored,
    store: snapshotsOf(home),
    onSaved: (tree) => store.put(SAVES, run.id, [...saves.filter((save) => save !== tree), tree]),
  });
  return { run, restored, saved };
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
