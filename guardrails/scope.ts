/** Which files evolution may write. An allowlist of shapes: what is not recognised is refused. */
import type { Finding } from "./finding.ts";

/** Where a home keeps each part of its genome: relative to the home, `/` between folders, none at the end. */
export interface GenomePaths {
  readonly harness: string;
  readonly prompts: string;
  readonly skills: string;
}

export type GenomePart = "harness" | "prompt" | "skill";

/**
 * The part of the genome that `path` belongs to, or undefined when evolution may not write it. Only
 * `<harness>/<name>.ts`, `<prompts>/<name>.md` and `<skills>/<name>/SKILL.md` are genome; names are ASCII letters,
 * digits, `-` and `_`, so that no second spelling of a path exists.
 */
export function genomePart(path: string, paths: GenomePaths): GenomePart | undefined {
  if (below(path, paths.harness, /^[A-Za-z0-9][\w-]*\.ts$/)) return "harness";
  if (below(path, paths.prompts, /^[A-Za-z0-9][\w-]*\.md$/)) return "prompt";
  if (below(path, paths.skills, /^[a-z0-9]+(?:-[a-z0-9]+)*\/SKILL\.md$/)) return "skill";
  return undefined;
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
