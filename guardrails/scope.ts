/** Which files evolution may write. An allowlist of shapes: what is not recognised is refused. */
import type { Finding } from "./finding.ts";

/** Where a home keeps each part of its genome: relative to the home, `/` between folders, none at the end. */
export interface GenomePaths {
  readonly harness: string;
  readonly prompts: string;
  readonly skills: string;
}

/**
 * The part of the genome that a file belongs to, or undefined when it is not in it: `<harness>/<name>.ts`,
 * `<prompts>/<name>.md`, names being ASCII letters, digits, `-` and `_`; and whatever lies in `<skills>`, scripts of skills
 * among it.
 */
export function partOf(path: string, paths: GenomePaths): keyof GenomePaths | undefined {
  if (below(path, paths.harness, /^[A-Za-z0-9][\w-]*\.ts$/)) return "harness";
  if (below(path, paths.prompts, /^[A-Za-z0-9][\w-]*\.md$/)) return "prompts";
  return path.startsWith(`${paths.skills}/`) && isPlainPath(path) ? "skills" : undefined;
}

export type GenomePart = "harness" | "prompt" | "skill";

/**
 * The kind of file that evolution would write at `path`, or undefined when it may not: of skills it may write
 * `<skills>/<name>/SKILL.md` only. Thus no second spelling of a path exists.
 */
export function genomePart(path: string, paths: GenomePaths): GenomePart | undefined {
  switch (partOf(path, paths)) {
    case "harness":
      return "harness";
    case "prompts":
      return "prompt";
    case "skills":
      return below(path, paths.skills, /^[a-z0-9]+(?:-[a-z0-9]+)*\/SKILL\.md$/) ? "skill" : undefined;
    case undefined:
      return undefined;
  }
}

/** Git itself refuses most others, but a tree can be written by hand. U+FFFD stands for bytes that are no UTF-8. */
export function isPlainPath(path: string): boolean {
  return path.split("/").every((name) => !/^(?:\.{0,2}|\.git)$/i.test(name) && !/[\\\0\uFFFD]/.test(name));
}

/**
 * Findings for the paths of a proposal. `existing` are the paths of the genome: a new path may not equal one of them
 * but for case or Unicode form, which is the same file on some disks.
 */
export function checkScope(
  proposed: readonly string[],
  paths: GenomePaths,
  existing: Iterable<string>,
): Finding[] {
  const known = new Map([...existing].map((path) => [folded(path), path]));
  const seen = new Set<string>();
  return proposed.flatMap((path) => {
    const message = fault(path, paths, known, seen);
    seen.add(folded(path));
    return message === undefined ? [] : [{ check: "scope", path, message }];
  });
}

function fault(
  path: string,
  paths: GenomePaths,
  known: ReadonlyMap<string, string>,
  seen: ReadonlySet<string>,
): string | undefined {
  if (genomePart(path, paths) === undefined) return `not part of the genome: ${hint(path, paths)}`;
  if (seen.has(folded(path))) return "named twice in one proposal";
  const twin = known.get(folded(path));
  if (twin !== undefined && twin !== path) return `differs from ${twin} by case or Unicode form only`;
  return undefined;
}

function hint(path: string, paths: GenomePaths): string {
  if (path.includes("\\")) return "a backslash in the path";
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "the path must be relative to the home";
  if (path.split("/").some((part) => part === ".." || part === "." || part === ""))
    return "the path is not normalised";
  // eslint-disable-next-line no-control-regex
  if (/[^\x20-\x7e]/.test(path)) return "a character outside printable ASCII in the path";
  return `only ${paths.harness}/*.ts, ${paths.prompts}/*.md and ${paths.skills}/*/SKILL.md may change`;
}

function below(path: string, folder: string, rest: RegExp): boolean {
  return path.startsWith(`${folder}/`) && rest.test(path.slice(folder.length + 1));
}

function folded(path: string): string {
  return path.normalize("NFKC").toLowerCase();
}
