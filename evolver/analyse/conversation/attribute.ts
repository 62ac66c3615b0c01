/** Who of several agents took the decisive wrong step, and where: ranked guesses, without a language model. */
import type { Failure, Hypothesis, Signature, Trace } from "../../failure.ts";
import { templateOf } from "../template.ts";
import { probabilities } from "./choice.ts";
import { MEANING, TRAITS, traitsOf, type Meaning, type Trait, type Traits } from "./traits.ts";
import { conversationOf, type Turn } from "./turns.ts";
import { WEIGHTS } from "./weights.ts";

/** Guesses that are worth showing. */
const MOST = 5;

/**
 * Best first; the score is the probability that the step is the decisive one.
 * @returns nothing when the trace is not a conversation of several agents
 */
export function attributeConversation(trace: Trace): Pick<Failure, "signature" | "hypotheses"> | undefined {
  const guesses = rankTurns(
    trace,
    TRAITS.map((trait) => WEIGHTS[trait]),
  );
  const [best] = guesses ?? [];
  if (guesses === undefined || best === undefined) return undefined;
  return { signature: signatureOf(best), hypotheses: guesses.slice(0, MOST).map(hypothesisOf) };
}

export interface Guess {
  /** Which turn it is, from 0. */
  readonly at: number;
  readonly turn: Turn;
  readonly traits: Traits;
  readonly chance: number;
}

/** All turns, the most likely one first. @param weights one for each of {@link TRAITS} */
export function rankTurns(trace: Trace, weights: readonly number[]): Guess[] | undefined {
  const conversation = conversationOf(trace);
  if (conversation === undefined) return undefined;
  const traits = traitsOf(conversation);
  const chances = probabilities(traits.map(asRow), weights);
  return conversation.turns
    .flatMap((turn, at) => {
      const own = traits[at];
      return own === undefined ? [] : [{ at, turn, traits: own, chance: chances[at] ?? 0 }];
    })
    .toSorted((a, b) => b.chance - a.chance);
}

/** Traits in the order of {@link TRAITS}. */
export function asRow(traits: Traits): number[] {
  return TRAITS.map((trait) => traits[trait]);
}

/** Conversations go wrong in words of their own: what recurs is what the best guess means, and the error that came of it. */
function signatureOf({ turn, traits }: Guess): Signature {
  const [best] = meaningful(traits);
  const { kind, words } = best ?? { kind: "wrong-result", words: "an agent of several went wrong" };
  const error = traits.failed > 0 ? errorIn(turn.observed ?? "") : undefined;
  return {
    kind,
    template: error === undefined ? words : `${words}: ${templateOf(error.replace(/^(?:Error: )+/, ""))}`,
  };
}

/** The line that names the error; a trace of the stack ends with it. */
function errorIn(observed: string): string | undefined {
  const lines = observed.split("\n").filter((line) => line.trim() !== "");
  return lines.findLast((line) => /\b\w*(?:Error|Exception)\b/.test(line)) ?? lines[0];
}

function hypothesisOf({ turn, traits, chance }: Guess): Hypothesis {
  const { index, author, text } = turn;
  const meanings = meaningful(traits);
  const words = meanings.slice(0, 2).map((meaning) => meaning.words);
  const against = AGAINST.filter(([trait]) => traits[trait] > 0).map(([, why]) => why);
  return {
    step: index,
    agent: author,
    component: "model",
    category: meanings[0]?.kind ?? "wrong-result",
    score: chance,
    evidence: words.length === 0 ? oneLine(text) : words.join("; "),
    ...(against.length === 0 ? {} : { against: against.join("; ") }),
  };
}

/** What the traits of a turn say against it, what weighs most first. */
function meaningful(traits: Traits): Meaning[] {
  return TRAITS.filter((trait) => traits[trait] > 0)
    .toSorted((a, b) => traits[b] * WEIGHTS[b] - traits[a] * WEIGHTS[a])
    .flatMap((trait) => MEANING[trait] ?? []);
}

const AGAINST: readonly (readonly [Trait, string])[] = [
  ["environment", "it only reports what others had executed"],
  ["brief", "it says too little to decide anything"],
  ["said-it-was-over", "it only sums up what was decided before"],
];

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 100);
}
