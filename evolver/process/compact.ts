/** Many proposals in one line: an edit of a file that both ends know goes over the wire as the one place where it differs. */
import type { FileEdit, Proposal } from "../candidate.ts";
import { difference, type Difference } from "../difference.ts";

/** The text of `path` with one stretch replaced. */
type Splice = { readonly path: string } & Difference;

export type CompactProposal = Omit<Proposal, "edits"> & { readonly edits: readonly (Splice | FileEdit)[] };

/** An edit whose text of before is not that of the genome stays as it is: whoever commits it will refuse it. */
export function compacted(
  proposals: readonly Proposal[],
  genome: ReadonlyMap<string, string>,
): CompactProposal[] {
  return proposals.map((proposal) => ({
    ...proposal,
    edits: proposal.edits.map((edit) =>
      edit.before === undefined || edit.before !== genome.get(edit.path)
        ? edit
        : { path: edit.path, ...difference(edit.before, edit.after) },
    ),
  }));
}

/** @throws Error for a splice of a file that is not there, or outside its text, and when all texts come to more than a cycle can hold */
export function expanded(
  proposals: readonly CompactProposal[],
  genome: ReadonlyMap<string, string>,
): Proposal[] {
  let room = MOST_CHARACTERS;
  const expand = (edit: Splice | FileEdit): FileEdit => {
    const whole = "after" in edit ? edit : spliced(edit, genome.get(edit.path));
    room -= whole.after.length;
    if (room < 0) throw new Error(`its proposals come to more than ${MOST_CHARACTERS} characters`);
    return whole;
  };
  return proposals.map((proposal) => ({ ...proposal, edits: proposal.edits.map(expand) }));
}

const MOST_CHARACTERS = 128 * 1024 * 1024;

function spliced({ path, start, end, text }: Splice, before: string | undefined): FileEdit {
  if (before === undefined)
    throw new Error(`it changes a place in ${JSON.stringify(path)}, which is not there`);
  if (start > end || end > before.length)
    throw new Error(`it changes ${start} to ${end} of ${path}, which has ${before.length} characters`);
  return { path, before, after: before.slice(0, start) + text + before.slice(end) };
}
