/** Where a home keeps what it remembers of workspaces. */
import { join } from "node:path";
import type { Home } from "../runtime/kernel/home/home.ts";

/** Git objects of workspaces, and of tasks that are kept as cases. */
export function snapshotsOf(home: Home): string {
  return join(home.state, "snapshots.git");
}

/** Collection with the tree of each workspace at the end of its run. */
export const WORKSPACE_ENDS = "workspace-ends";
