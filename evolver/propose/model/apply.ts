/** From the edits of a patch to whole files. An anchor must be unique: so nothing is written that was not read. */
import { genomePart } from "../../../guardrails/scope.ts";
import type { GenomePaths } from "../../../guardrails/scope.ts";
import type { FileEdit, Rung } from "../../candidate.ts";
import type { Patch } from "./tool.ts";

export type Applied =
  | { readonly kind: "applied"; readonly edits: readonly FileEdit[] }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/** `shown` are the files whose text the model has seen; several edits of one file are made one after the other. */
export function applyPatch(
  patch: Patch,
  genome: ReadonlyMap<string, string>,
  shown: ReadonlySet<string>,
): Applied {
  const problems: string[] = [];
  const texts = new Map<string, string>();
  for (const edit of patch.edits) {
    const current = texts.get(edit.path) ?? genome.get(edit.path);
    const problem =
      "find" in edit
        ? replaceFault(edit, current, shown)
        : current === undefined
          ? undefined
          : existsAlready(edit.path);
    if (problem !== undefined) problems.push(problem);
    // A function, because `$&` in a replacement text is no placeholder here.
    else if ("find" in edit)
      texts.set(
        edit.path,
        (current ?? "").replace(edit.find, () => edit.replace),
      );
    else texts.set(edit.path, edit.content);
  }
  if (problems.length > 0) return { kind: "invalid", problems };
  return {
    kind: "applied",
    edits: [...texts].map(([path, after]) => ({ path, before: genome.get(path), after })),
  };
}

/** The highest part that a patch touches. */
export function rungOf(edits: readonly FileEdit[], paths: GenomePaths): Rung {
  const parts = edits.map(({ path }) => genomePart(path, paths));
  if (parts.includes("harness")) return "harness";
  return parts.includes("prompt") ? "prompt" : "skill";
}

function replaceFault(
  { path, find }: { readonly path: string; readonly find: string },
  current: string | undefined,
  shown: ReadonlySet<string>,
): string | undefined {
  if (current === undefined)
    return `${path} does not exist: give its whole content, or name an existing file`;
  if (!shown.has(path)) return `${path} was not shown to you: it cannot be edited`;
  const times = current.split(find).length - 1;
  if (times === 1) return undefined;
  const clue = JSON.stringify(find.length > 80 ? `${find.slice(0, 80)}…` : find);
  return times === 0
    ? `${path}: ${clue} does not occur in the file`
    : `${path}: ${clue} occurs ${times} times: take more of the text around it`;
}

function existsAlready(path: string): string {
  return `${path} exists: change it with find and replace`;
}
