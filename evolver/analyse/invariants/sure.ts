import type { View } from "../view.ts";

/** The requests of imported runs are put together from a transcript: a breach in them may be the transcript's own. */
export function sure(score: number, view: View): number {
  return view.imported ? score * 0.5 : score;
}
