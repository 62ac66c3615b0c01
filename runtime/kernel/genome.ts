/** The genome of a commit: read for proposers, or written once under `.agent/releases/<sha>/` for runs. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { GenomePaths } from "../../guardrails/scope.ts";
import { genomeFiles, PARTS, type GenomeFile } from "./genome-files.ts";
import { commitOf } from "./git.ts";
import { RatchetError } from "./error.ts";
import { stripTypes, type Stripped } from "./strip-types.ts";

export { partOf, type GenomePaths } from "../../guardrails/scope.ts";
export { UnsafeGenome } from "./genome-files.ts";

/** The harness as JavaScript, or why there is none. Its sources are on disk either way. */
export type CompiledHarness =
  | { readonly kind: "ready"; readonly dir: string }
  /** `file` is relative to the harness folder, `line` counts from 1. */
  | { readonly kind: "broken"; readonly file: string; readonly line: number; readonly message: string };

/** A genome on disk: the same layout for every home. Files are read-only. */
export interface Genome {
  /** Full id of the commit. */
  readonly sha: string;
  /** Absolute path of the folder that holds the four below. */
  readonly dir: string;
  /** TypeScript sources of the harness. */
  readonly harness: string;
  readonly prompts: string;
  readonly skills: string;
  /** The same files with their types blanked out: same names, same line and column of everything. */
  readonly compiled: CompiledHarness;
}

/**
 * Writes the genome of the commit `sha` to `<into>/<sha>/`, unless it is there already, and says where everything is.
 * Two processes may do so at once. A harness that does not parse is no error here: see {@link Genome.compiled}.
 * @throws UnsafeGenome when the genome holds a symbolic link, a submodule or a path that leaves its folder.
 * @throws RatchetError (config) when the commit is unknown or has no harness.
 */
export async function materialize(options: {
  repo: string;
  sha: string;
  paths: GenomePaths;
  into: string;
}): Promise<Genome> {
  const { repo, paths, into } = options;
  const sha = await fullId(repo, options.sha);
  const dir = join(into, sha);
  const present = await readManifest(dir);
  if (present !== undefined && (await intact(dir, present))) return describe(dir, sha, present);

  const files = await genomeFiles(repo, sha, paths);
  const manifest = await write(into, sha, files);
  return describe(dir, sha, manifest);
}

/**
 * Texts that proposers see, by path relative to the home: harness sources, prompts and each skill's SKILL.md.
 * @throws UnsafeGenome, RatchetError as {@link materialize}.
 */
export async function readGenome(
  repo: string,
  sha: string,
  paths: GenomePaths,
): Promise<Map<string, string>> {
  const files = await genomeFiles(repo, await fullId(repo, sha), paths);
  const shown = files.filter((file) => file.part !== "skills" || /^[^/]+\/SKILL\.md$/.test(file.inPart));
  return new Map(shown.map((file) => [file.path, file.content.toString("utf8")]));
}

// ---------------------------------------------------------------- writing it once

async function fullId(repo: string, sha: string): Promise<string> {
  const full = await commitOf(repo, sha);
  if (full === undefined)
    throw new RatchetError("config", `${repo} has no commit ${sha}`, "see `agent releases`");
  return full;
}

const Manifest = z.object({
  /** Size in bytes of every file, to notice a folder that lost some of them. */
  sizes: z.record(z.string(), z.number()),
  broken: z.object({ file: z.string(), line: z.number(), message: z.string() }).optional(),
});
type Manifest = z.infer<typeof Manifest>;

async function write(into: string, sha: string, files: readonly GenomeFile[]): Promise<Manifest> {
  const temporary = join(into, `.tmp-${sha.slice(0, 12)}-${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(temporary, { recursive: true });
    const manifest: Manifest = { sizes: {} };
    for (const folder of [...PARTS, "harness-js"]) await mkdir(join(temporary, folder));
    for (const file of files) {
      await put(temporary, manifest, `${file.part}/${file.inPart}`, file.content, file.executable);
    }
    for (const [inPart, stripped] of stripAll(files)) {
      if (stripped.ok)
        await put(temporary, manifest, `harness-js/${inPart}`, Buffer.from(stripped.code), false);
      else manifest.broken ??= { file: inPart, line: stripped.line, message: stripped.message };
    }
    await writeFile(join(temporary, "genome.json"), JSON.stringify(manifest, null, 1), {
      flag: "wx",
      mode: 0o444,
    });
    await moveInto(temporary, join(into, sha), manifest);
    return manifest;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function stripAll(files: readonly GenomeFile[]): [string, Stripped][] {
  const harness = files.filter((file) => file.part === "harness");
  return harness.map((file) => [file.inPart, stripTypes(file.content.toString("utf8"))]);
}

/** Read-only files in ordinary folders: nothing edits them by accident, and `rm -rf` of a home still works. */
async function put(root: string, manifest: Manifest, path: string, content: Buffer, executable: boolean) {
  const target = join(root, path);
  await mkdir(join(target, ".."), { recursive: true });
  // `wx`: two names that this file system takes for one are an error, not a silent replacement.
  await writeFile(target, content, { flag: "wx", mode: executable ? 0o555 : 0o444 });
  manifest.sizes[path] = content.length;
}

/** The rename decides who wins when two processes write the same release; what they wrote is the same. */
async function moveInto(temporary: string, target: string, manifest: Manifest): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await rename(temporary, target);
      return;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    if (await intact(target, manifest)) return;
    // Damaged, by a power cut or by hand. Moved aside first, so that nobody sees half of it.
    const aside = `${temporary}-damaged`;
    await rename(target, aside).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    await rm(aside, { recursive: true, force: true });
  }
  throw new RatchetError(
    "infrastructure",
    `${target} is damaged and could not be replaced`,
    `remove ${target}`,
  );
}

async function readManifest(dir: string): Promise<Manifest | undefined> {
  try {
    return Manifest.parse(JSON.parse(await readFile(join(dir, "genome.json"), "utf8")));
  } catch {
    // Absent, or cut off by a power cut: either way it is written again.
    return undefined;
  }
}

/** Every file is there with its size, and nothing else is. */
async function intact(dir: string, manifest: Manifest): Promise<boolean> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const expected = Object.keys(manifest.sizes).length + 1;
  if (entries.filter((entry) => !entry.isDirectory()).length !== expected) return false;
  const sizes = Object.entries(manifest.sizes).map(async ([path, size]) => {
    const found = await stat(join(dir, path)).catch(() => undefined);
    return found?.size === size;
  });
  return (await Promise.all(sizes)).every(Boolean);
}

function describe(dir: string, sha: string, manifest: Manifest): Genome {
  const broken = manifest.broken;
  return {
    sha,
    dir,
    harness: join(dir, "harness"),
    prompts: join(dir, "prompts"),
    skills: join(dir, "skills"),
    compiled:
      broken === undefined ? { kind: "ready", dir: join(dir, "harness-js") } : { kind: "broken", ...broken },
  };
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST");
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
