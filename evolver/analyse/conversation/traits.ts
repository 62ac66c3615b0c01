/**
 * What can be seen of a turn without understanding it. Each trait is between 0 and 1, or a logarithm of a count; together with
 * {@link WEIGHTS} they say how likely a turn is to be the one where the run went wrong.
 */
import type { Kind } from "../../failure.ts";
import type { Conversation, Turn } from "./turns.ts";

export const TRAITS = [
  "environment",
  "brief",
  "overlooked",
  "opens-with-code",
  "failed",
  "first-failure",
  "last-failure-before-limit",
  "worked",
  "assumed",
  "by-hand",
  "concluded-unseen",
  "new-figures",
  "said-it-was-over",
  "share",
] as const;
export type Trait = (typeof TRAITS)[number];
export type Traits = Readonly<Record<Trait, number>>;

export interface Meaning {
  readonly kind: Kind;
  readonly words: string;
}

/** What a trait means for a person, and which kind of failure it speaks for; the others only weigh. */
export const MEANING: Partial<Record<Trait, Meaning>> = {
  overlooked: { kind: "early-stop", words: "it takes up little of what was asked" },
  "opens-with-code": {
    kind: "unverified-write",
    words: "it begins with a finished solution, before anything was looked at",
  },
  failed: { kind: "tool-error", words: "what it had executed failed" },
  "first-failure": { kind: "tool-error", words: "it is the first thing that failed" },
  "last-failure-before-limit": {
    kind: "steps-exhausted",
    words: "it failed, and the run ended at a limit after it",
  },
  worked: { kind: "wrong-result", words: "what it had executed went through, and the others built on it" },
  assumed: { kind: "contradicted-claim", words: "it works with assumed or made-up data" },
  "by-hand": { kind: "contradicted-claim", words: "it goes by what it knows or would look up by hand" },
  "concluded-unseen": {
    kind: "contradicted-claim",
    words: "it draws a conclusion from nothing that was executed",
  },
  "new-figures": { kind: "contradicted-claim", words: "it states figures that nobody had seen before" },
};

/** One entry for each turn of the conversation, in their order. Linear in its length. */
export function traitsOf(conversation: Conversation): Traits[] {
  const { turns, ended } = conversation;
  const spoken = charactersByAuthor(turns);
  const failures = turns.flatMap((turn, i) => (failed(turn.observed) ? [i] : []));
  const seen = new Set<string>();
  return turns.map((turn, i) => {
    const opening = i === 0;
    const code = CODE.test(turn.text);
    const figures = figuresIn(turn.text);
    const fresh = figures.filter((figure) => !seen.has(figure)).length;
    for (const figure of figures) seen.add(figure);
    const words = turn.text.toLowerCase();
    return {
      environment: Number(turn.environment),
      brief: Number(turn.text.length < BRIEF),
      overlooked: opening ? overlooked(conversation.question, turn.text) : 0,
      "opens-with-code": Number(opening && code),
      failed: Number(failed(turn.observed)),
      "first-failure": Number(!opening && i === failures[0]),
      "last-failure-before-limit": Number(!ended && i === failures.at(-1)),
      worked: Number(worked(turn.observed)),
      assumed: Number(!opening && ASSUMED.test(words)),
      "by-hand": Number(!opening && BY_HAND.test(words)),
      "concluded-unseen": Number(
        !opening &&
          !code &&
          CONCLUDED.test(words) &&
          !worked(turns[i - 1]?.environment === true ? turns[i - 1]?.text : undefined),
      ),
      "new-figures": opening || code ? 0 : Math.min(3, Math.log1p(fresh)),
      "said-it-was-over": Number(OVER.test(turn.text)),
      share: turn.environment ? 0 : (spoken.get(turn.author) ?? 0),
    };
  });
}

/** Characters: a turn that says less decides nothing. */
const BRIEF = 150;
const CODE = /```(?:python|py|sh|bash|js|javascript|ts|typescript|sql)\b/i;
const OVER = /\bTERMINATE\b/;
const ASSUMED =
  /\bassum|hypothetical|\bmock|sample data|example data|placeholder|simulat|\bdummy|for illustration|fictional|path[_/]to|your_/;
const BY_HAND =
  /manual|\bi will (?:check|visit|review|look)|let me (?:check|review|look)|based on (?:my|our|general|available|common|existing|historical) |from (?:my )?(?:memory|knowledge)|known to|it is known|i recall|typically/;
const CONCLUDED =
  /conclu|therefore|thus|the (?:final )?answer|final (?:answer|result|output)|hence|confirmed?|correct/;
const FAILED = /exit ?code: [1-9]|Traceback|\bError:/;
const NOTHING_RUN = /There is no code from/;

function failed(observed: string | undefined): boolean {
  return observed !== undefined && FAILED.test(observed);
}

function worked(observed: string | undefined): boolean {
  return observed !== undefined && !FAILED.test(observed) && !NOTHING_RUN.test(observed);
}

function figuresIn(text: string): string[] {
  return text.match(/\b\d[\d,.]*\d|\b\d\b/g) ?? [];
}

/** Share of the words of the question that the plan does not take up. A text that holds both is read in two parts. */
function overlooked(question: string, text: string): number {
  const [asked, plan] = parted(question, text);
  const wanted = wordsOf(asked);
  if (wanted.size === 0) return 0;
  const planned = wordsOf(plan);
  return [...wanted].filter((word) => !planned.has(word)).length / wanted.size;
}

/** An opening often repeats the task under a heading before the plan; the plan alone counts. */
function parted(question: string, text: string): [string, string] {
  const sections = text.split(/^(?=#{1,3} )/m);
  const task = sections.findIndex((section) => /^#+ .*\btask\b/i.test(section));
  if (task < 0 || task === sections.length - 1) return [question, text];
  const asked = sections[task] ?? "";
  const plan = sections.slice(task + 1).join("");
  return [question.trim() === "" || question === text ? asked : question, plan];
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[a-z0-9]{4,}/g));
}

/** Share of what all agents said. */
function charactersByAuthor(turns: readonly Turn[]): Map<string, number> {
  const characters = new Map<string, number>();
  for (const { author, text, environment } of turns) {
    if (!environment) characters.set(author, (characters.get(author) ?? 0) + text.length);
  }
  const total = [...characters.values()].reduce((sum, n) => sum + n, 0);
  return new Map([...characters].map(([author, n]) => [author, total === 0 ? 0 : n / total]));
}
