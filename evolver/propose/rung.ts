/** How high a patch reaches. */
import { genomePart, type GenomePaths } from "../../guardrails/scope.ts";
import type { FileEdit, Rung } from "../candidate.ts";

/** The highest part that a patch touches. */
export function rungOf(edits: readonly FileEdit[], paths: GenomePaths): Rung {
  const parts = edits.map(({ path }) => genomePart(path, paths));
  if (parts.includes("harness")) return "harness";
  return parts.includes("prompt") ? "prompt" : "skill";
}
