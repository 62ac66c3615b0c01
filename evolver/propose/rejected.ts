/** Edits that were rejected before for the same cluster, on whatever head. On the head of now the cycle knows by itself. */
import type { FileEdit } from "../candidate.ts";
import type { ProposeContext } from "./proposer.ts";

/** Tells whether exactly these edits were rejected. */
export function rejectedEdits({ rejected }: ProposeContext): (edits: readonly FileEdit[]) => boolean {
  const known = new Set(rejected.map(({ proposal }) => keyOf(proposal.edits)));
  return (edits) => known.has(keyOf(edits));
}

function keyOf(edits: readonly FileEdit[]): string {
  return JSON.stringify(edits.map(({ path, before, after }) => [path, before ?? null, after]));
}
