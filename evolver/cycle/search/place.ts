/** Where a candidate changes the harness: by what it is known again on another head, and whether a run came by there. */
import type { HarnessExit } from "../../../runtime/kernel/protocol.ts";
import type { FileEdit } from "../../candidate.ts";
import { difference, type Difference } from "../../difference.ts";

/** The same for the same change at the same place, also when the files differ elsewhere. */
export function hunksOf(edits: readonly FileEdit[]): string {
  return JSON.stringify(
    edits
      .map(({ path, before, after }) => {
        if (before === undefined) return [path, after];
        const { start, end, text } = difference(before, after);
        const above = before
          .slice(0, start)
          .split("\n")
          .slice(-CONTEXT - 1)
          .join("\n");
        const below = before
          .slice(end)
          .split("\n", CONTEXT + 1)
          .join("\n");
        return [path, above, before.slice(start, end), text, below];
      })
      .toSorted((a, b) => ((a[0] ?? "") < (b[0] ?? "") ? -1 : 1)),
  );
}

/** Lines around a change by which its place is known. */
const CONTEXT = 3;

/**
 * False when a run with these lines would go on as before with the edits: none of them is where it came by. True when that is
 * not known.
 * @param edits by the paths of a release
 */
export function comesBy(edits: readonly FileEdit[], coverage: HarnessExit["coverage"]): boolean {
  if (coverage === undefined) return true;
  return edits.some(({ path, before, after }) => {
    if (before === undefined || !path.startsWith("harness/")) return true;
    const [from, to] = linesAround(before, difference(before, after));
    return (coverage[path] ?? []).some((line) => line >= from && line <= to);
  });
}

/** Lines of which one runs when the change matters, counted from 1; what stands above and below a whole line says whether it does. */
function linesAround(before: string, { start, end, text }: Difference): [from: number, to: number] {
  const lines = before.split("\n");
  const lineAt = (at: number): number => before.slice(0, at).split("\n").length;
  const [first, last] = [lineAt(start), lineAt(end)];
  const isInLine = first === last && !text.includes("\n") && TELLS.test(lines[first - 1] ?? "");
  return isInLine ? [first, last] : [counted(lines, first, -1), counted(lines, last, 1)];
}

/** The next line in a direction that coverage tells of: brackets, blank lines and comments are in nobody's report. */
function counted(lines: readonly string[], from: number, step: 1 | -1): number {
  let line = from + step;
  while (line >= 1 && line <= lines.length && !TELLS.test(lines[line - 1] ?? "")) line += step;
  return line;
}

const TELLS = /^[\s})\];,]*(?!\/\/|\/\*|\*)[^\s})\];,]/;
