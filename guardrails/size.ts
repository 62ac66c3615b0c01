/** How much one patch may change: a reviewer has to read it. */
import { diffLines } from "diff";
import type { Finding } from "./finding.ts";

export interface SizeLimits {
  readonly files: number;
  /** Lines added and lines removed, each counted alone, over all files of the patch. */
  readonly changedLines: number;
  readonly fileLines: number;
  readonly fileBytes: number;
}

export const SIZE_LIMITS: SizeLimits = { files: 5, changedLines: 200, fileLines: 500, fileBytes: 64 * 1024 };

export interface SizedEdit {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** A file that was over a limit before may stay there, but may not grow. */
export function checkSize(edits: readonly SizedEdit[], limits: SizeLimits = SIZE_LIMITS): Finding[] {
  const findings = edits.flatMap((edit) => fileFaults(edit, limits));
  const first = edits[0]?.path ?? "";
  if (edits.length > limits.files) {
    findings.push({
      check: "size",
      path: first,
      message: `${edits.length} files changed, at most ${limits.files}`,
    });
  }
  // Measuring the difference of huge files costs more than the answer is worth.
  if (findings.length > 0) return findings;
  const { added, removed } = changedLines(edits);
  for (const [word, lines] of [
    ["added", added],
    ["removed", removed],
  ] as const) {
    if (lines > limits.changedLines) {
      findings.push({
        check: "size",
        path: first,
        message: `${lines} lines ${word}, at most ${limits.changedLines}`,
      });
    }
  }
  return findings;
}

/** Lines that the edits add and remove, over all of them. */
export function changedLines(edits: readonly SizedEdit[]): { added: number; removed: number } {
  const parts = edits.flatMap((edit) => diffLines(edit.before ?? "", edit.after));
  return {
    added: parts.reduce((sum, part) => sum + (part.added ? part.count : 0), 0),
    removed: parts.reduce((sum, part) => sum + (part.removed ? part.count : 0), 0),
  };
}

function fileFaults({ path, before, after }: SizedEdit, limits: SizeLimits): Finding[] {
  const lines = [lineCount(before ?? ""), lineCount(after), limits.fileLines, "lines"] as const;
  const bytes = [
    Buffer.byteLength(before ?? ""),
    Buffer.byteLength(after),
    limits.fileBytes,
    "bytes",
  ] as const;
  return [lines, bytes].flatMap(([was, is, most, unit]) =>
    is > most && is > was
      ? [{ check: "size", path, message: `the file has ${is} ${unit}, at most ${most}` }]
      : [],
  );
}

function lineCount(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}
