/** The genome files of a commit, straight from git's objects, and what may not be among them. */
import { genomePart, type GenomePart, type GenomePaths } from "../../guardrails/scope.ts";
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

/** The folder of the genome that evolution may write `path` in, or undefined when it may not: see {@link genomePart}. */
export function partOf(path: string, paths: GenomePaths): keyof GenomePaths | undefined {
  const part = genomePart(path, paths);
  return part === undefined ? undefined : FOLDERS[part];
}

const FOLDERS = { harness: "harness", prompt: "prompts", skill: "skills" } as const satisfies Record<
  GenomePart,
  keyof GenomePaths
>;

/**
 * All genome files of the commit `sha` (a full id): harness and prompts that evolution may write, skills with everything in
 * them.
 * @throws UnsafeGenome when the genome holds a symbolic link, a submodule, a path that leaves its folder, or a harness file or
 * prompt that evolution could not write: half a harness would run otherwise, or code that no check looks at.
 * @throws RatchetError (config) when there is no harness.
 */
export async function genomeFiles(repo: string, sha: string, paths: GenomePaths): Promise<GenomeFile[]> {
  const found: (Omit<GenomeFile, "content"> & { blob: string })[] = [];
  for (const part of PARTS) {
    for (const entry of await listTree(repo, sha, paths[part])) {
      const { mode, path, blob } = entry;
      if (mode === "120000") throw new UnsafeGenome(sha, path, "a symbolic link");
      if (mode === "160000") throw new UnsafeGenome(sha, path, "a submodule");
      if (!path.split("/").every(isPlainName)) throw new UnsafeGenome(sha, path, "not a plain path");
      if (!path.startsWith(`${paths[part]}/`))
        throw new UnsafeGenome(sha, path, "a file where a folder should be");
      if (!belongs(part, path)) continue;
      if (part !== "skills" && partOf(path, paths) !== part)
        throw new UnsafeGenome(sha, path, `not ${paths[part]}/NAME${part === "harness" ? ".ts" : ".md"}`);
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

function belongs(part: keyof GenomePaths, path: string): boolean {
  switch (part) {
    case "harness":
      return path.endsWith(".ts");
    case "prompts":
      return path.endsWith(".md");
    case "skills":
      return true;
  }
}

/** Git itself refuses most of these, but a tree can be written by hand. U+FFFD stands for bytes that are no UTF-8. */
function isPlainName(name: string): boolean {
  return !/^(?:\.{0,2}|\.git)$/i.test(name) && !/[\\\0\uFFFD]/.test(name);
}
