/** Brings the workspace of a live run back to what it was before it. */
import { RatchetError } from "../runtime/kernel/error.ts";
import type { Home } from "../runtime/kernel/home/home.ts";
import type { RunRow, Store } from "../runtime/kernel/store/store.ts";
import { undo } from "../runtime/kernel/workspace/restore.ts";
import { snapshotsOf } from "./live.ts";

/**
 * @returns the run, and the snapshot of what was there a moment ago
 * @throws RatchetError (usage) when the run is not known, still goes on, or worked in a scratch copy
 */
export async function undoRun(home: Home, store: Store, id: string): Promise<{ run: RunRow; saved: string }> {
  const run = await store.getRun(id);
  if (run.status === "open") {
    throw new RatchetError("usage", `run ${run.id} still goes on`, "Stop it first (Ctrl-C where it runs).");
  }
  if (run.snapshot === null) {
    throw new RatchetError("usage", `run ${run.id} has no snapshot: it worked in a scratch copy that is gone`);
  }
  const saved = await undo({ workspace: run.workspace, tree: run.snapshot, store: snapshotsOf(home) });
  return { run, saved: saved.tree };
}
