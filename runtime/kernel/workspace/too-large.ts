/** The workspace does not fit into a snapshot. */
import { RatchetError } from "../error.ts";

export interface LargeFile {
  readonly path: string;
  readonly bytes: number;
}

export interface SurveyLimits {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

interface Found {
  readonly workspace: string;
  readonly seen: number;
  readonly bytes: number;
  /** Largest first. */
  readonly largest: readonly LargeFile[];
  readonly limits: SurveyLimits;
}

export class SnapshotTooLarge extends RatchetError {
  readonly largest: readonly LargeFile[];

  constructor({ workspace, seen, bytes, largest, limits }: Found) {
    const why =
      seen > limits.maxEntries
        ? `more than ${limits.maxEntries} files and folders`
        : `${mebibytes(bytes)} of files, over the limit of ${mebibytes(limits.maxBytes)}`;
    const named = largest.map((file) => `  ${mebibytes(file.bytes)}  ${file.path}`).join("\n");
    super(
      "infrastructure",
      `${workspace} cannot be snapshotted: it holds ${why}. The largest files:\n${named}`,
      "Move them out of the workspace, give the agent a smaller folder to work in, or raise the limit.",
    );
    this.largest = largest;
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
