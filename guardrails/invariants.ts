/** Text of prompts and skills that a person pinned: every patch must keep it, word for word. */
import type { Finding } from "./finding.ts";

export interface Invariant {
  /** Path relative to the home. */
  readonly file: string;
  readonly text: string;
}

/** Findings for edits that lose pinned text. An edit of another file, and text that was missing before, are no business of it. */
export function checkInvariants(
  edits: readonly { readonly path: string; readonly before: string | undefined; readonly after: string }[],
  invariants: readonly Invariant[],
): Finding[] {
  return invariants.flatMap(({ file, text }) =>
    edits
      .filter(
        ({ path, before, after }) =>
          path === file && (before?.includes(text) ?? false) && !after.includes(text),
      )
      .map(({ path }) => ({
        check: "invariants",
        path,
        message: `the pinned text is gone: ${JSON.stringify(text.slice(0, 80))}`,
      })),
  );
}
