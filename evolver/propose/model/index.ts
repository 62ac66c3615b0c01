/** A language model as a source of patches: it sees the evidence and the code, and answers with typed edits. */
import { z } from "zod";
import type { Model } from "../../../runtime/kernel/model/model.ts";
import { costUsd } from "../../../runtime/kernel/model/price.ts";
import type { ContentBlock, Message, ModelReply, ToolUseBlock } from "../../../runtime/kernel/protocol.ts";
import type { Proposal } from "../../candidate.ts";
import { checkProposal } from "../../check/check.ts";
import { protocolTypes } from "../../check/protocol-types.ts";
import { lintSkill } from "../../check/skill.ts";
import type { ProposeContext, Proposer } from "../proposer.ts";
import { applyPatch, rungOf } from "./apply.ts";
import { buildPrompt, SYSTEM } from "./prompt.ts";
import type { Prompt } from "./prompt.ts";
import { Patch, PROPOSE_PATCH } from "./tool.ts";

export interface ModelProposerOptions {
  readonly model: Model;
  /** What is wrong with a proposal, in words for the model; the static checks when absent. */
  readonly check?: (proposal: Proposal, context: ProposeContext) => Promise<readonly string[]>;
  /** How often an answer that is not valid goes back; 3 when absent. */
  readonly corrections?: number;
  /** Tokens that one answer may have; 8000 when absent. */
  readonly maxTokens?: number;
}

/** No patch came of it. What was spent all the same is in the message and in `costUsd`. */
export class NoPatch extends Error {
  override readonly name = "NoPatch";
  /** In US dollars. */
  readonly costUsd: number;
  constructor(message: string, cost: number) {
    super(message);
    this.costUsd = cost;
  }
}

/**
 * One conversation for each cluster. `propose` throws {@link NoPatch} when no answer was valid, and ModelError when the
 * model did not answer. The procedure model is no language model and has nothing to say here. With a model whose price is
 * not known the cost is 0: who holds a money cap must not use it with such a model.
 */
export function modelProposer(options: ModelProposerOptions): Proposer {
  return {
    name: "model",
    async propose(context) {
      if (options.model.name.startsWith("procedure/")) return [];
      return [await converse(options, context)];
    },
  };
}

/** Characters of prompt for each token of the context: code has more tokens than prose, and the answers need room. */
const CHARACTERS_PER_TOKEN = 2;

async function converse(options: ModelProposerOptions, context: ProposeContext): Promise<Proposal> {
  const { model, corrections = 3, maxTokens = 8000 } = options;
  const prompt = await buildPrompt(context, model.contextTokens * CHARACTERS_PER_TOKEN);
  const messages: Message[] = [{ role: "user", content: prompt.text }];
  let cost = 0;
  let problems: readonly string[] = [];
  for (let attempt = 0; attempt <= corrections; attempt += 1) {
    const reply = await model.create(
      {
        system: SYSTEM,
        messages,
        tools: [PROPOSE_PATCH],
        tool_choice: { type: "tool", name: PROPOSE_PATCH.name },
        max_tokens: maxTokens,
      },
      context.signal,
    );
    cost += model.price ? costUsd(reply.usage, model.price) : 0;
    const answer = await judged(reply, cost, options, context, prompt);
    if ("proposal" in answer) return answer.proposal;
    problems = answer.problems;
    messages.push(...correction(reply, problems));
  }
  const spent = cost > 0 ? ` for $${cost.toFixed(4)}` : "";
  throw new NoPatch(
    `${model.name} gave no valid patch in ${corrections + 1} answers${spent}: ${problems.join("; ")}`,
    cost,
  );
}

type Answer = { readonly proposal: Proposal } | { readonly problems: readonly string[] };

async function judged(
  reply: ModelReply,
  cost: number,
  { model, check = staticChecks }: ModelProposerOptions,
  context: ProposeContext,
  prompt: Prompt,
): Promise<Answer> {
  // A reply that was cut may hold half a patch that parses.
  if (reply.stop_reason === "max_tokens")
    return { problems: ["the answer was cut at the output limit: make a smaller change"] };
  const calls = callsOf(reply);
  const call = calls[0];
  if (!call || calls.length > 1) return { problems: [`call ${PROPOSE_PATCH.name} exactly once`] };
  const parsed = Patch.safeParse(call.input);
  if (!parsed.success) return { problems: [z.prettifyError(parsed.error)] };
  const result = applyPatch(parsed.data, context.genome, prompt.shown);
  if (result.kind === "invalid") return { problems: result.problems };
  const { title, rationale } = parsed.data;
  const rung = rungOf(result.edits, context.paths);
  const proposal: Proposal = {
    rung,
    source: `model:${model.name}`,
    title,
    rationale,
    edits: result.edits,
    costUsd: cost,
  };
  if (wasRejected(proposal, context))
    return { problems: ["this very change was rejected before: find another"] };
  const problems = await check(proposal, context);
  return problems.length === 0 ? { proposal } : { problems };
}

function callsOf(reply: ModelReply): ToolUseBlock[] {
  return reply.content.filter((block) => block.type === "tool_use");
}

function wasRejected({ edits }: Proposal, { rejected }: ProposeContext): boolean {
  return rejected.some(({ proposal }) => JSON.stringify(proposal.edits) === JSON.stringify(edits));
}

/** The reply as it was, and what is wrong with it: each call needs a result, and an empty reply cannot be sent back. */
function correction(reply: ModelReply, problems: readonly string[]): Message[] {
  const text = `The patch was not accepted:\n${problems.map((problem) => `- ${problem}`).join("\n")}\nCorrect it and call ${PROPOSE_PATCH.name} again.`;
  const calls = callsOf(reply);
  const results: ContentBlock[] = calls.map(({ id }) => ({
    type: "tool_result",
    tool_use_id: id,
    content: text,
    is_error: true,
  }));
  const content: ContentBlock[] = results.length > 0 ? results : [{ type: "text", text }];
  const said: ContentBlock[] =
    reply.content.length > 0 ? reply.content : [{ type: "text", text: "(no answer)" }];
  return [
    { role: "assistant", content: said },
    { role: "user", content },
  ];
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
