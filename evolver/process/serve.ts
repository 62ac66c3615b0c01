/** The inner side: reads a question, lets a proposer or the static checks work on it, answers. One question at a time. */
import type { Duplex } from "node:stream";
import { messageOf } from "../../runtime/kernel/error.ts";
import { readLines } from "../../runtime/kernel/harness/lines.ts";
import { ModelError, type Model } from "../../runtime/kernel/model/model.ts";
import type { Finding } from "../../guardrails/finding.ts";
import { checkProposal } from "../check/check.ts";
import { protocolTypes } from "../check/protocol-types.ts";
import { lintSkill } from "../check/skill.ts";
import { distiller } from "../propose/distill/index.ts";
import { modelProposer, type ModelProposerOptions } from "../propose/model/index.ts";
import { MUTATIONS } from "../propose/operators/mutations/index.ts";
import { operators } from "../propose/operators/index.ts";
import type { ProposeContext, Proposer } from "../propose/proposer.ts";
import { compacted, type CompactProposal } from "./compact.ts";
import { Answer, LONGEST_ASKED, LONGEST_TOLD, Question } from "./wire.ts";
import type { ProposerName, ToCheck, ToPropose, Told } from "./wire.ts";

/** Resolves when the other side is gone. @throws what was wrong with a question: there is nobody to go on with */
export async function serveQuestions(channel: Duplex): Promise<void> {
  // Whoever asked is gone; so is the reason to go on.
  channel.on("error", () => channel.destroy());
  const lines = readLines(channel, LONGEST_ASKED);
  const say = (told: Told): void => void channel.write(encode(told));
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const question = Question.parse(JSON.parse(next.value));
    try {
      say(await answerTo(question, say, lines));
    } catch (error) {
      say({ type: "failed", id: question.id, message: messageOf(error).slice(0, LONGEST_MESSAGE) });
    }
  }
}

const LONGEST_MESSAGE = 10_000;

type Say = (told: Told) => void;

async function answerTo(question: Question, say: Say, lines: AsyncIterator<string>): Promise<Told> {
  const { id } = question;
  switch (question.type) {
    case "propose":
      return { type: "proposed", id, proposals: await propose(question, askingModel(question, say, lines)) };
    case "check":
      return { type: "checked", id, findings: await check(question) };
    default:
      return question satisfies never;
  }
}

async function propose({ proposer, asking, context }: ToPropose, model: Model): Promise<CompactProposal[]> {
  const { wanted, wide, ...rest } = context;
  const genome = new Map(context.genome);
  // Nobody aborts from inside: to stop this process is to kill it.
  const { signal } = new AbortController();
  const asked = {
    ...(wanted === undefined ? {} : { wanted }),
    ...(wide === undefined ? {} : { wide }),
  };
  const about = { ...rest, genome, signal, ...asked };
  return compacted(await proposerNamed(proposer, { ...asking, model }, asked).propose(about), genome);
}

function proposerNamed(
  name: ProposerName,
  options: ModelProposerOptions,
  { wanted, wide }: Partial<Pick<ProposeContext, "wanted" | "wide">>,
): Proposer {
  switch (name) {
    case "distill":
      return distiller();
    case "operators":
      return operators({
        ...(wanted === undefined ? {} : { limit: wanted }),
        ...(wide === undefined ? {} : { mutations: MUTATIONS }),
      });
    case "model":
      return modelProposer(options);
    default:
      return name satisfies never;
  }
}

/** The home's model, which is on the other side. */
function askingModel({ model, id }: ToPropose, say: Say, lines: AsyncIterator<string>): Model {
  return {
    ...model,
    price: model.price,
    async create(request) {
      say({ type: "ask", id, request });
      const next = await lines.next();
      if (next.done === true) throw new Error("the other side is gone");
      const answer = Answer.parse(JSON.parse(next.value));
      if ("error" in answer) throw new ModelError(answer.error);
      return answer.reply;
    },
  };
}

async function check({ proposal, genome, paths, withoutTypes }: ToCheck): Promise<readonly Finding[]> {
  const context = { genome: new Map(genome), paths, protocolTypes: protocolTypes(), lintSkill, withoutTypes };
  return (await checkProposal(proposal, context)).findings;
}

/** @throws RangeError when it is longer than a line may be */
function encode(told: Told): string {
  const line = `${JSON.stringify(told)}\n`;
  if (Buffer.byteLength(line) > LONGEST_TOLD)
    throw new RangeError(`the answer is longer than ${LONGEST_TOLD} bytes`);
  return line;
}
