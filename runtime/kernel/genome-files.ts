/** The genome files of a commit, straight from git's objects, and what may not be among them. */
import { isPlainPath, partOf, type GenomePaths } from "../../guardrails/scope.ts";
import { RatchetError } from "./error.ts";
import { git } from "./git.ts";

/** A file of the genome as a commit has it. */
export interface GenomeFile {
  readonly part: keyof GenomePaths;
  /** Relative to the home. */
  readonly path: string;
  /** Relative to the folder of its part. */
  readonly inPart: string;
  readonly executable: boolean;
  readonly content: Buffer;
}

export const PARTS = ["harness", "prompts", "skills"] as const;

const HINT = "a genome holds ordinary files only; harness and prompts have no folders below them";

/** The commit holds something that a genome must not hold. */
export class UnsafeGenome extends RatchetError {
  readonly path: string;
  constructor(sha: string, path: string, what: string) {
    super("refused", `${path} in ${sha.slice(0, 12)} is ${what}`, HINT);
    this.path = path;
  }
}

/**
 * All genome files of the commit `sha` (a full id), skills with everything in them.
 * @throws UnsafeGenome when the genome holds a symbolic link, a submodule, a path that leaves its folder, or a harness file or
 * prompt where evolution could not write one: left out, half a harness would run; taken in, code that no check looks at.
 * @throws RatchetError (config) when there is no harness.
 */
export async function genomeFiles(repo: string, sha: string, paths: GenomePaths): Promise<GenomeFile[]> {
  const found: (Omit<GenomeFile, "content"> & { blob: string })[] = [];
  for (const part of PARTS) {
    for (const entry of await listTree(repo, sha, paths[part])) {
      const { mode, path, blob } = entry;
      if (mode === "120000") throw new UnsafeGenome(sha, path, "a symbolic link");
      if (mode === "160000") throw new UnsafeGenome(sha, path, "a submodule");
      if (!isPlainPath(path)) throw new UnsafeGenome(sha, path, "not a plain path");
      if (!path.startsWith(`${paths[part]}/`))
        throw new UnsafeGenome(sha, path, "a file where a folder should be");
      if (!path.endsWith(ENDINGS[part])) continue;
      if (partOf(path, paths) !== part)
        throw new UnsafeGenome(sha, path, `not ${paths[part]}/NAME${ENDINGS[part]}`);
      const inPart = path.slice(paths[part].length + 1);
      found.push({ part, path, inPart, executable: mode === "100755", blob });
    }
  }
  if (!found.some((file) => file.part === "harness")) {
    const hint = "check `genome` in agent.yaml, and that the harness is committed";
    throw new RatchetError("config", `${sha.slice(0, 12)} has no ${paths.harness}/*.ts`, hint);
  }
  const contents = await git(repo).objects(found.map((file) => file.blob));
  return found.map(({ blob, ...file }, i) => {
    const content = contents[i];
    if (content === undefined)
      throw new RatchetError("infrastructure", `${repo} lacks object ${blob} (${file.path})`);
    return { ...file, content };
  });
}

async function listTree(repo: string, sha: string, folder: string) {
  const printed = await git(repo).run(["ls-tree", "-r", "-z", "--full-tree", sha, "--", folder]);
  return printed
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const [, mode = "", blob = "", path = ""] = /^(\d+) \w+ ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
      return { mode, blob, path };
    });
}

/** Other files beside harness and prompts, notes for people, are no part of a genome. */
const ENDINGS: Readonly<Record<keyof GenomePaths, string>> = { harness: ".ts", prompts: ".md", skills: "" };
