/** Who of several agents took the decisive wrong step, and where: ranked guesses, without a language model. */
import type { Hypothesis, Trace } from "../../failure.ts";
import { probabilities } from "./choice.ts";
import { MEANING, TRAITS, traitsOf, type Trait, type Traits } from "./traits.ts";
import { conversationOf, type Turn } from "./turns.ts";
import { WEIGHTS } from "./weights.ts";

/** Guesses that are worth showing. */
const MOST = 5;

/**
 * Best first; the score is the probability that the step is the decisive one.
 * @returns nothing when the trace is not a conversation of several agents
 */
export function attributeConversation(trace: Trace): Hypothesis[] | undefined {
  const guesses = rankTurns(
    trace,
    TRAITS.map((trait) => WEIGHTS[trait]),
  );
  return guesses?.slice(0, MOST).map(hypothesis);
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

function hypothesis({ turn, traits, chance }: Guess): Hypothesis {
  const { index, author, text } = turn;
  const speaking = TRAITS.filter((trait) => MEANING[trait] !== undefined && traits[trait] > 0).toSorted(
    (a, b) => traits[b] * WEIGHTS[b] - traits[a] * WEIGHTS[a],
  );
  const words = speaking.flatMap((trait) => MEANING[trait]?.words ?? []).slice(0, 2);
  const against = AGAINST.filter(([trait]) => traits[trait] > 0).map(([, why]) => why);
  const best = speaking[0];
  return {
    step: index,
    agent: author,
    component: "model",
    category: (best === undefined ? undefined : MEANING[best]?.kind) ?? "wrong-result",
    score: chance,
    evidence: words.length === 0 ? `${author}: ${oneLine(text)}` : `${author}: ${words.join("; ")}`,
    ...(against.length === 0 ? {} : { against: against.join("; ") }),
  };
}

const AGAINST: readonly (readonly [Trait, string])[] = [
  ["environment", "it only reports what others had executed"],
  ["brief", "it says too little to decide anything"],
  ["said-it-was-over", "it only sums up what was decided before"],
];

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 100);
}
