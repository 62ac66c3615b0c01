/** Reads what a program made of a folder. What is not plainly an edit of the genome voids all of it. */
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { genomePart, type GenomePaths } from "../../../guardrails/scope.ts";
import { SIZE_LIMITS } from "../../../guardrails/size.ts";
import type { FileEdit } from "../../candidate.ts";

export type Changes =
  | { readonly kind: "edits"; readonly edits: readonly FileEdit[] }
  /** One for each path, which it names. */
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/**
 * @param folder in which nobody writes any more
 * @param given files that were put there, by their path; those of the genome are the `before` of edits
 */
export async function readChanges(
  folder: string,
  given: ReadonlyMap<string, string>,
  paths: GenomePaths,
): Promise<Changes> {
  const found = await filesIn(folder);
  const problems = [...found.problems];
  const edits: FileEdit[] = [];
  for (const path of given.keys())
    if (!found.files.has(path)) problems.push(`${path} was deleted or replaced`);
  for (const [path, bytes] of found.files) {
    const before = given.get(path);
    if (bytes <= SIZE_LIMITS.fileBytes || before !== undefined) {
      const after = await textOf(join(folder, path), bytes);
      if (after !== undefined && after === before) continue;
      const problem = faultOf(path, bytes, after, paths);
      if (problem === undefined && after !== undefined) edits.push({ path, before, after });
      else problems.push(`${path} ${problem}`);
    } else problems.push(`${path} ${faultOf(path, bytes, "", paths)}`);
    if (problems.length > MOST_PROBLEMS) break;
  }
  if (problems.length === 0)
    return { kind: "edits", edits: edits.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
  const shown = problems.slice(0, MOST_PROBLEMS);
  return { kind: "refused", problems: problems.length > shown.length ? [...shown, "and more"] : shown };
}

const MOST_PROBLEMS = 10;
/** A genome has some dozens of files. */
const MOST_ENTRIES = 5000;

function faultOf(
  path: string,
  bytes: number,
  text: string | undefined,
  paths: GenomePaths,
): string | undefined {
  if (genomePart(path, paths) === undefined) return "is outside of the genome";
  if (bytes > SIZE_LIMITS.fileBytes) return `has ${bytes} bytes, at most ${SIZE_LIMITS.fileBytes}`;
  return text === undefined ? "is not a text" : undefined;
}

/** Undefined for what is too big to be a genome file, or no UTF-8 text. */
async function textOf(file: string, bytes: number): Promise<string | undefined> {
  if (bytes > SIZE_LIMITS.fileBytes * 4) return undefined;
  const content = await readFile(file);
  if (content.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

interface Found {
  /** Size in bytes by path. */
  readonly files: ReadonlyMap<string, number>;
  /** What is neither a file nor a folder. */
  readonly problems: readonly string[];
}

/** Follows no link. Empty folders are of no interest. */
async function filesIn(folder: string): Promise<Found> {
  const files = new Map<string, number>();
  const problems: string[] = [];
  let entries = 0;
  const visit = async (below: string): Promise<void> => {
    for (const name of await readdir(join(folder, below), { encoding: "buffer" })) {
      entries += 1;
      if (entries > MOST_ENTRIES) return;
      const path = below === "" ? name.toString("utf8") : `${below}/${name.toString("utf8")}`;
      if (!Buffer.from(name.toString("utf8")).equals(name)) {
        problems.push(`${path} has a name that is not UTF-8`);
        continue;
      }
      const stat = await lstat(join(folder, path));
      if (stat.isDirectory()) await visit(path);
      else if (stat.isFile()) files.set(path, stat.size);
      else problems.push(`${path} is a link, a socket or a device`);
    }
  };
  await visit("");
  if (entries > MOST_ENTRIES) problems.push(`there are more than ${MOST_ENTRIES} files`);
  return { files, problems };
}
