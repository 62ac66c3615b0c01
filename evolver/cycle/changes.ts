/** What a proposal changes, by the paths that a release has. */
import type { Change } from "../../replay/exercised.ts";
import { partOf } from "../../runtime/kernel/genome.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { FileEdit, Proposal } from "../candidate.ts";

/** The edits of a proposal as changes of release files. */
export function changesOf({ edits }: Proposal, home: Home): Change[] {
  return edits.map((edit) => toChange(edit, home));
}

/** A path of the home as the path in a release, where each part has a fixed name. */
function toChange(edit: FileEdit, { config }: Home): Change {
  const part = partOf(edit.path, config.genome);
  const path = part === undefined ? edit.path : `${part}${edit.path.slice(config.genome[part].length)}`;
  return { path, before: edit.before, after: edit.after };
}
