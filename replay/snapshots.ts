/** Where a home keeps the snapshots of workspaces and of kept tasks. */
import { join } from "node:path";
import type { Home } from "../runtime/kernel/home/home.ts";

export function snapshotsOf(home: Home): string {
  return join(home.state, "snapshots.git");
}

/** Collection with the tree of each workspace at the end of its run. */
export const WORKSPACE_ENDS = "workspace-ends";
