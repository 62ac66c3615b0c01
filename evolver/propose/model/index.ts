/** A language model as a source of patches: it sees the evidence and the code, and answers with typed edits. */
import type { Model } from "../../../runtime/kernel/model/model.ts";
import { ModelError } from "../../../runtime/kernel/model/model.ts";
import { costUsd } from "../../../runtime/kernel/model/price.ts";
import type { ContentBlock, Message, ModelReply, ToolUseBlock } from "../../../runtime/kernel/protocol.ts";
import type { Proposal } from "../../candidate.ts";
import { ProposerFailed, type ProposeContext, type Proposer } from "../proposer.ts";
import { isLanguageModel } from "./language-model.ts";
import { judgeAnswer, type Answer } from "./answer.ts";
import { buildPrompt, SYSTEM, type Prompt } from "./prompt.ts";
import { PROPOSE_PATCH } from "./tool.ts";

export interface ModelProposerOptions {
  readonly model: Model;
  /** What is wrong with a proposal, in words for the model; the static checks when absent. */
  readonly check?: (proposal: Proposal, context: ProposeContext) => Promise<readonly string[]>;
  /** How often an answer that is not valid goes back, for each candidate; 3 when absent. */
  readonly corrections?: number;
  /** How many different patches it is asked for; 1 when absent. */
  readonly candidates?: number;
  /** Tokens that one answer may have; 8000 when absent. */
  readonly maxTokens?: number;
}

/**
 * One conversation for each cluster, in which the model is asked for one patch after the other: the evidence and the code are
 * sent once, and cached where the provider caches. `propose` throws {@link ProposerFailed} when no answer was valid, and ModelError
 * when the model did not answer; what was valid before that is kept. The procedure model is no language model and has nothing
 * to say here. With a model whose price is not known the cost is 0: who holds a money cap must not use it with such a model.
 */
export function modelProposer(options: ModelProposerOptions): Proposer {
  return {
    name: "model",
    async propose(context) {
      return isLanguageModel(options.model) ? converse(options, context) : [];
    },
  };
}

/** Characters of prompt for each token of the context: code has more tokens than prose, and the answers need room. */
const CHARACTERS_PER_TOKEN = 2;

async function converse(options: ModelProposerOptions, context: ProposeContext): Promise<Proposal[]> {
  const { model, candidates = 1, corrections = 3 } = options;
  const prompt = await buildPrompt(context, model.contextTokens * CHARACTERS_PER_TOKEN);
  const messages: Message[] = [{ role: "user", content: prompt.text }];
  const made: Proposal[] = [];
  let problems: readonly string[] = [];
  let spent = 0;
  let charged = 0;
  let left = corrections;
  while (made.length < candidates && left >= 0) {
    const reply = await ask(options, messages, made.length > 0, context.signal).catch((error: unknown) => {
      if (made.length === 0 || !(error instanceof ModelError)) throw error;
      return undefined;
    });
    if (reply === undefined) break;
    spent += model.price ? costUsd(reply.usage, model.price) : 0;
    // Asked for another one, the model may say that there is none.
    if (made.length > 0 && callsOf(reply).length === 0) break;
    const answer = await judged(reply, options, context, prompt, made);
    if ("problems" in answer) {
      problems = answer.problems;
      left -= 1;
    } else {
      made.push({ ...answer.proposal, costUsd: spent - charged });
      charged = spent;
      left = corrections;
    }
    messages.push(...answerTo(reply, answer));
  }
  const [first, ...rest] = made;
  // Attempts that came to nothing were paid for all the same.
  if (first !== undefined) return [{ ...first, costUsd: first.costUsd + spent - charged }, ...rest];
  const money = spent > 0 ? ` for $${spent.toFixed(4)}` : "";
  throw new ProposerFailed(
    `${model.name} gave no valid patch in ${corrections + 1} answers${money}: ${problems.join("; ")}`,
    spent,
  );
}

function ask(
  { model, maxTokens = 8000 }: ModelProposerOptions,
  messages: readonly Message[],
  mayDecline: boolean,
  signal: AbortSignal,
): Promise<ModelReply> {
  const tool_choice = { type: "tool", name: PROPOSE_PATCH.name } as const;
  return model.create(
    {
      system: SYSTEM,
      messages: [...messages],
      tools: [PROPOSE_PATCH],
      ...(mayDecline ? {} : { tool_choice }),
      max_tokens: maxTokens,
    },
    signal,
  );
}

async function judged(
  reply: ModelReply,
  options: ModelProposerOptions,
  context: ProposeContext,
  prompt: Prompt,
  made: readonly Proposal[],
): Promise<Answer> {
  // A reply that was cut may hold half a patch that parses.
  if (reply.stop_reason === "max_tokens")
    return { problems: ["the answer was cut at the output limit: make a smaller change"] };
  const [call, another] = callsOf(reply);
  if (call === undefined || another !== undefined)
    return { problems: [`call ${PROPOSE_PATCH.name} exactly once`] };
  return judgeAnswer(call.input, { ...options, context, prompt, made });
}

function callsOf(reply: ModelReply): ToolUseBlock[] {
  return reply.content.filter((block) => block.type === "tool_use");
}

/** The reply as it was, and what came of it: each call needs a result, and an empty reply cannot be sent back. */
function answerTo(reply: ModelReply, answer: Answer): Message[] {
  const isGood = "proposal" in answer;
  const text = isGood
    ? `Taken. Now propose another patch, which answers the failure in another way: at another place, by another idea, or on a lower rung. If there is none worth trying, say so without a call.`
    : `The patch was not accepted:\n${answer.problems.map((problem) => `- ${problem}`).join("\n")}\nCorrect it and call ${PROPOSE_PATCH.name} again.`;
  const results: ContentBlock[] = callsOf(reply).map(({ id }) => ({
    type: "tool_result",
    tool_use_id: id,
    content: text,
    ...(isGood ? {} : { is_error: true }),
  }));
  const content: ContentBlock[] = results.length > 0 ? results : [{ type: "text", text }];
  const said: ContentBlock[] =
    reply.content.length > 0 ? reply.content : [{ type: "text", text: "(no answer)" }];
  return [
    { role: "assistant", content: said },
    { role: "user", content },
  ];
}
