/** Where two texts differ, as the one stretch outside of which they are the same. */

/** `text` in the place of what stands from `start` to `end`, in UTF-16 units. */
export interface Difference {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The shortest such stretch; empty on both sides when the texts are the same. */
export function difference(before: string, after: string): Difference {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < most - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  )
    same++;
  return { start, end: before.length - same, text: after.slice(start, after.length - same) };
}
