/** Everything that can be known of a proposal without running it. Cheap checks first; types last, as they start a process. */
import type { Finding } from "../../guardrails/finding.ts";
import { checkImports } from "../../guardrails/imports.ts";
import { checkScope, genomePart } from "../../guardrails/scope.ts";
import type { GenomePaths } from "../../guardrails/scope.ts";
import { checkSize, SIZE_LIMITS } from "../../guardrails/size.ts";
import type { SizeLimits } from "../../guardrails/size.ts";
import type { FileEdit, Proposal } from "../candidate.ts";
import { checkNoOp } from "./no-op.ts";
import { checkOutbound } from "./outbound.ts";
import { checkSecrets } from "./secrets.ts";
import { checkTypes } from "./types.ts";

export interface CheckContext {
  /** Genome files of the parent by path relative to the home. */
  readonly genome: ReadonlyMap<string, string>;
  readonly paths: GenomePaths;
  /** Absolute path of the protocol's types: `protocol-types.ts` says where this package has them. */
  readonly protocolTypes: string;
  readonly limits?: SizeLimits;
  /** Rules of SKILL.md; `skill.ts` is the usual one. */
  readonly lintSkill?: (path: string, text: string) => readonly Finding[];
  readonly signal?: AbortSignal;
  /** Leaves out the types, for which a process is started: only for what is checked whole before anything counts. */
  readonly withoutTypes?: boolean | undefined;
}

export interface CheckResult {
  /** True when nothing speaks against running the proposal. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

/**
 * A later check sees only what the earlier ones let through: code with a forbidden import is never handed to the
 * compiler. @throws when a check cannot be carried out at all (no compiler, no temporary folder): never a silent pass.
 */
export async function checkProposal(proposal: Proposal, context: CheckContext): Promise<CheckResult> {
  const stages = [
    () => shape(proposal.edits, context),
    () => checkSize(proposal.edits, context.limits ?? SIZE_LIMITS),
    () => checkNoOp(proposal.edits),
    () => checkTexts(proposal.edits, context),
    () => [...checkSecrets(proposal), ...checkOutbound(proposal.edits, context.genome)],
    () => checkCode(proposal.edits, context),
  ];
  for (const stage of stages) {
    const findings = await stage();
    if (findings.length > 0) return { ok: false, findings };
  }
  return { ok: true, findings: [] };
}

/** The genome as it would be with the edits. */
export function applied(
  genome: ReadonlyMap<string, string>,
  edits: readonly FileEdit[],
): Map<string, string> {
  return new Map([...genome, ...edits.map((edit) => [edit.path, edit.after] as const)]);
}

/** Scope, and that the proposal was made from the genome it is checked against. */
function shape(edits: readonly FileEdit[], { genome, paths }: CheckContext): Finding[] {
  if (edits.length === 0) return [{ check: "scope", path: "", message: "the proposal changes nothing" }];
  const stale = edits.filter((edit) => genome.get(edit.path) !== edit.before);
  return [
    ...checkScope(
      edits.map((edit) => edit.path),
      paths,
      genome.keys(),
    ),
    ...stale.map(({ path }) => ({ check: "scope", path, message: "made from another version of this file" })),
  ];
}

function checkTexts(edits: readonly FileEdit[], { paths, lintSkill }: CheckContext): Finding[] {
  return edits.flatMap(({ path, after }) => {
    const blank = after.trim() === "" ? [{ check: "text", path, message: "the file would be empty" }] : [];
    const nul = after.includes("\0") ? [{ check: "text", path, message: "a NUL byte in the file" }] : [];
    const lint = genomePart(path, paths) === "skill" ? (lintSkill?.(path, after) ?? []) : [];
    return [...blank, ...nul, ...lint];
  });
}

async function checkCode(edits: readonly FileEdit[], context: CheckContext): Promise<Finding[]> {
  const { paths } = context;
  const code = edits.filter((edit) => genomePart(edit.path, paths) === "harness");
  if (code.length === 0) return [];
  const harness = harnessFiles(applied(context.genome, edits), paths);
  const names = new Set(harness.keys());
  const imports = await Promise.all(code.map(({ path, after }) => checkImports(path, after, { names })));
  if (imports.flat().length > 0 || context.withoutTypes === true) return imports.flat();
  const findings = await checkTypes(harness, context.protocolTypes, context.signal);
  if (findings.length === 0) return [];
  // Faults that the parent has as well are not the proposal's: the clean case pays nothing for this question.
  const parent = await checkTypes(harnessFiles(context.genome, paths), context.protocolTypes, context.signal);
  const old = new Set(parent.map(({ path, message }) => `${path} ${message}`));
  const own = findings.filter(({ path, message }) => !old.has(`${path} ${message}`));
  return own.map((finding) => ({ ...finding, path: `${paths.harness}/${finding.path}` }));
}

function harnessFiles(genome: ReadonlyMap<string, string>, paths: GenomePaths): Map<string, string> {
  const inside = [...genome].filter(([path]) => genomePart(path, paths) === "harness");
  return new Map(inside.map(([path, text]) => [path.slice(paths.harness.length + 1), text]));
}
