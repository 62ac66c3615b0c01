/** Whether the lines that a harness's process says it ran can be true: they are told from inside the sandbox. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { messageOf } from "../error.ts";
import type { HarnessExit } from "../protocol.ts";

type Coverage = NonNullable<HarnessExit["coverage"]>;

export type CheckedCoverage =
  | { readonly kind: "plausible"; readonly coverage: Coverage }
  /** Nothing of such a report is worth anything. */
  | { readonly kind: "refused"; readonly reason: string };

/** Characters of a reason, which may quote the harness. */
const MAX_REASON = 300;

/**
 * Every file must be one of `code`, the folder of the stripped harness, and its lines must be there, each named once and
 * in order, as the bootstrap does. So no report is larger than the harness. Never throws: a folder that cannot be read
 * is a reason to refuse.
 */
export async function checkCoverage(coverage: Coverage, code: string): Promise<CheckedCoverage> {
  try {
    const lengths = await lineCounts(code);
    for (const [path, lines] of Object.entries(coverage)) {
      const fault = faultOf(path, lines, lengths);
      if (fault !== undefined) return { kind: "refused", reason: fault.slice(0, MAX_REASON) };
    }
    return { kind: "plausible", coverage };
  } catch (error) {
    return {
      kind: "refused",
      reason: `the harness could not be read: ${messageOf(error)}`.slice(0, MAX_REASON),
    };
  }
}

function faultOf(
  path: string,
  lines: readonly number[],
  lengths: ReadonlyMap<string, number>,
): string | undefined {
  const length = lengths.get(path);
  if (length === undefined) return `the harness has no file ${path}`;
  let last = 0;
  for (const line of lines) {
    if (line > length) return `line ${line} of ${path}, which has ${length}`;
    if (line <= last) return `line ${line} of ${path} after line ${last}`;
    last = line;
  }
  return undefined;
}

/** By genome path, `harness/loop.ts`. */
async function lineCounts(code: string): Promise<Map<string, number>> {
  const entries = await readdir(code, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const counted = files.map(async (file): Promise<[string, number]> => {
    const text = await readFile(file, "utf8");
    return [`harness/${relative(code, file)}`, text.split("\n").length];
  });
  return new Map(await Promise.all(counted));
}
