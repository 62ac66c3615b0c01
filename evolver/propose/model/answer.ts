/** Judges one answer of the model before anybody runs it: its form, its anchors, whether it is new, the static checks. */
import { z } from "zod";
import type { Model } from "../../../runtime/kernel/model/model.ts";
import type { Proposal } from "../../candidate.ts";
import { checkProposal } from "../../check/check.ts";
import { protocolTypes } from "../../check/protocol-types.ts";
import { lintSkill } from "../../check/skill.ts";
import type { ProposeContext } from "../proposer.ts";
import { rungOf } from "../rung.ts";
import { applyPatch } from "./edit/apply.ts";
import { knownAs } from "./novelty.ts";
import type { Prompt } from "./prompt.ts";
import { Patch } from "./tool.ts";

export type Answer = { readonly proposal: Proposal } | { readonly problems: readonly string[] };

export interface AnswerContext {
  readonly model: Model;
  readonly context: ProposeContext;
  readonly prompt: Prompt;
  /** What this conversation has proposed so far. */
  readonly made: readonly Proposal[];
  readonly check?: (proposal: Proposal, context: ProposeContext) => Promise<readonly string[]>;
}

/** @param input of the call, as the model wrote it */
export async function judgeAnswer(input: unknown, given: AnswerContext): Promise<Answer> {
  const { model, context, prompt, made, check = staticChecks } = given;
  const parsed = Patch.safeParse(input);
  if (!parsed.success) return { problems: [z.prettifyError(parsed.error)] };
  const result = await applyPatch(parsed.data, context.genome, prompt.shown);
  if (result.kind === "invalid") return { problems: result.problems };
  const known = await knownAlready(result.edits, context, made);
  if (known !== undefined) return { problems: [known] };
  const { title, rationale } = parsed.data;
  const proposal: Proposal = {
    rung: rungOf(result.edits, context.paths),
    source: `model:${model.name}`,
    title,
    rationale,
    edits: result.edits,
    costUsd: 0,
  };
  const problems = await check(proposal, context);
  return problems.length === 0 ? { proposal } : { problems };
}

async function knownAlready(
  edits: Proposal["edits"],
  { rejected }: ProposeContext,
  made: readonly Proposal[],
): Promise<string | undefined> {
  const proposed = await knownAs(edits, made);
  if (proposed !== undefined) return `you proposed this already: ${proposed}; find another`;
  const before = await knownAs(
    edits,
    rejected.map(({ proposal }) => proposal),
  );
  return before === undefined ? undefined : `this was rejected before: ${before}; find another`;
}

async function staticChecks(
  proposal: Proposal,
  { genome, paths, signal }: ProposeContext,
): Promise<string[]> {
  const { findings } = await checkProposal(proposal, {
    genome,
    paths,
    protocolTypes: protocolTypes(),
    lintSkill,
    signal,
  });
  return findings.map(
    ({ check, path, line, message }) =>
      `${check}: ${path}${line === undefined ? "" : `:${line}`}: ${message}`,
  );
}
