/** Fourth source: what people changed in the genome before. The same change may help where the same text still stands. */
import { diffArrays } from "diff";
import type { FileEdit, Proposal } from "../../candidate.ts";
import { rungOf } from "../rung.ts";
import type { HumanFix } from "../../knowledge/knowledge.ts";
import type { ProposeContext } from "../proposer.ts";
import { followed } from "./led-by.ts";
import { answeringLines } from "./lesson.ts";
import { withProvenance, type Provenance } from "./provenance.ts";
import { applyHunks, type Hunk } from "./hunks.ts";
import { procedureIn } from "./skill-steps.ts";
import { errorsOf, teach } from "./teach.ts";

export function fromHistory(context: ProposeContext, limit: number): Proposal[] {
  const fixes = (context.knowledge?.history ?? []).toSorted(
    (a, b) => Number(endedIt(b, context)) - Number(endedIt(a, context)),
  );
  return fixes.flatMap((fix) => [...saidThere(fix, context), ...doneThere(fix, context)]).slice(0, limit);
}

/** After it the signature of this cluster was not seen any more. */
function endedIt({ ended }: HumanFix, { cluster: { signature } }: ProposeContext): boolean {
  return ended.some(({ kind, template }) => kind === signature.kind && template === signature.template);
}

/** Lessons that the change added, and that answer an error of this cluster. */
function saidThere(fix: HumanFix, context: ProposeContext): Proposal[] {
  const errors = errorsOf(
    context.cluster.failures.map(({ trace }) => trace),
    context,
  );
  const added = fix.edits
    .filter(({ path }) => path.endsWith(".md"))
    .flatMap((edit) => hunksOf(edit).flatMap((hunk) => hunk.added))
    .join("\n");
  const lines = errors.flatMap(({ text }) => answeringLines(added, text).map(({ line }) => line));
  return [...new Set(lines)].flatMap((line) =>
    teach(
      { line, provenance: provenanceOf(fix, context), rationale: rationaleOf(fix, context) },
      errors,
      context,
    ),
  );
}

/** The change itself, in the one other file of the same part where the text that it changed still stands. */
function doneThere(fix: HumanFix, context: ProposeContext): Proposal[] {
  return fix.edits.flatMap((edit): Proposal[] => {
    const hunks = hunksOf(edit);
    const targets = [...context.genome].filter(([path, text]) => isTarget(path, text, edit, context));
    const edits = targets.flatMap(([path, before]): FileEdit[] => {
      const text = applyHunks(before, hunks);
      if (text === undefined) return [];
      const isSkill = path.startsWith(`${context.paths.skills}/`);
      if (isSkill && procedureIn(before) !== undefined && procedureIn(text) === undefined) return [];
      return [{ path, before, after: isSkill ? withProvenance(text, provenanceOf(fix, context)) : text }];
    });
    const title = `Do again what "${fix.subject}" did`;
    return edits.map((one) => ({
      rung: rungOf([one], context.paths),
      source: "distill:history",
      title,
      rationale: rationaleOf(fix, context),
      edits: [one],
      costUsd: 0,
    }));
  });
}

/** Of skills only those that a failing run had loaded; the file itself where the change was lost again. */
function isTarget(path: string, text: string, edit: FileEdit, context: ProposeContext): boolean {
  const { cluster, paths } = context;
  if (text === edit.after) return false;
  const part = (file: string): string | undefined =>
    [paths.harness, paths.prompts, paths.skills].find((folder) => file.startsWith(`${folder}/`));
  if (part(path) === undefined || part(path) !== part(edit.path)) return false;
  if (part(path) !== paths.skills) return true;
  const name = path.split("/").at(-2) ?? "";
  return cluster.failures.some(({ trace }) => followed(trace, context).includes(name));
}

function hunksOf({ before = "", after }: FileEdit): Hunk[] {
  const hunks: {
    before: string | undefined;
    removed: string[];
    added: string[];
    after: string | undefined;
  }[] = [];
  const parts = diffArrays(before.split("\n"), after.split("\n"));
  parts.forEach((part, at) => {
    if (part.added !== true && part.removed !== true) return;
    const last = parts[at - 1];
    const joins = at > 0 && (last?.added === true || last?.removed === true);
    const hunk = joins ? hunks.pop() : undefined;
    const own = hunk ?? { before: lineBeside(last?.value, -1), removed: [], added: [], after: undefined };
    (part.added === true ? own.added : own.removed).push(...part.value);
    own.after = lineBeside(parts[at + 1]?.value, 0);
    hunks.push(own);
  });
  return hunks;
}

/** The nearest line that says something. */
function lineBeside(lines: readonly string[] | undefined, end: 0 | -1): string | undefined {
  const telling = (line: string): boolean => line.trim() !== "";
  return end === 0 ? lines?.find(telling) : lines?.findLast(telling);
}

function provenanceOf({ commit, at }: HumanFix, { cluster }: ProposeContext): Provenance {
  const id = commit.slice(0, 12);
  return { source: "history", cluster: cluster.id, from: [id], date: at.slice(0, 10), release: id };
}

function rationaleOf(fix: HumanFix, context: ProposeContext): string {
  const what = `A person made this change in ${fix.commit.slice(0, 12)}`;
  return endedIt(fix, context) ? `${what}, and this failure was not seen any more after it.` : `${what}.`;
}
