/** What a scenario is made of: a task on disk, the plan that the scripted model follows in it, and how its server behaves. */
import type { ErrorCode } from "../../../../runtime/kernel/protocol.ts";
import type { View } from "./view.ts";

/** Text by path. */
export type Files = Readonly<Record<string, string>>;
export type Facts = Readonly<Record<string, string>>;

/** One instance of a template: the same template with another seed is another task of the same kind. */
export interface Scenario {
  /** Behind the words `Job <template>-<seed>: `, which stand at its beginning. */
  readonly instruction: string;
  readonly workspace: Files;
  /** What the workspace must hold afterwards, by path. */
  readonly expected: Files;
  /** How `expected` is compared; `text` when absent. */
  readonly as?: "bytes" | "text";
  /** Paths that must not exist afterwards. */
  readonly absent?: readonly string[];
  readonly budgets?: { readonly steps?: number; readonly seconds?: number };
  /** A module that listens on the socket in SOCKET, reachable as `http://desk.test/`. */
  readonly service?: string;
  readonly plan: Plan;
}

export interface Template {
  readonly name: string;
  readonly concern: Concern;
  /** Concerns that it shows something of as well. */
  readonly also?: readonly Concern[];
  /** Seeds that a suite takes; beyond them there are as many as one wants. */
  make(seed: number): Scenario;
}

export const CONCERNS = [
  "compaction",
  "stop",
  "retry",
  "stagnation",
  "pairing",
  "context",
  "budgets",
  "state",
  "hooks",
  "streaming",
  "truncation",
  "caching",
  "dispatch",
  "errors",
  "timeouts",
  "filters",
  "encodings",
] as const;
export type Concern = (typeof CONCERNS)[number];

export interface Plan {
  readonly steps: readonly Step[];
  /** Facts that stand in the system text, in what the user's side said, or in the model's own earlier words. */
  readonly told?: Readonly<
    Record<string, { readonly in: "system" | "context" | "own"; readonly at: RegExp }>
  >;
  /** By which sign this model knows that a call failed; either one when absent. */
  readonly errorSign?: "flag" | "prefix";
  /** What it does when it is asked again after it said that it was done: it finds something to do, as wild models do. */
  readonly afterDone?: Action;
  /** Says nothing beside its calls. */
  readonly mute?: boolean;
  /** Goes on as it meant to also when it is told that it goes in circles; others stop. */
  readonly calm?: boolean;
  readonly server?: Server;
}

export type Input = Readonly<Record<string, unknown>>;
export interface Action {
  readonly tool: string;
  readonly input: Input | ((facts: Facts) => Input);
}

export interface Step {
  /** Several go out in one reply. */
  readonly actions: readonly Action[];
  /** Facts by name, each the first group in the result of one of the actions. */
  readonly learn?: Readonly<Record<string, RegExp>>;
  /** Facts that the input needs. */
  readonly uses?: readonly string[];
  /** How often the actions must have succeeded; once when absent. */
  readonly times?: number;
  /** Failures after which it gives up; 2 when absent. */
  readonly tries?: number;
  /** Done as soon as there is an answer, be it a failure. */
  readonly answered?: boolean;
  /** What this model does instead, when it is at this step. */
  readonly instead?: (view: View, facts: Facts) => Thought | undefined;
}

/** What the model says before it is put into the form of the Messages API. */
export interface Thought {
  readonly text?: string;
  readonly actions?: readonly { readonly tool: string; readonly input: unknown }[];
  readonly stop?: "end_turn" | "max_tokens" | "pause_turn" | "refusal" | "model_context_window_exceeded";
  /** Further blocks of text, which may be empty. */
  readonly texts?: readonly string[];
  /** Thinking without a signature, as it is when a reply is cut. */
  readonly unsigned?: boolean;
}

/** How the server that the model runs on behaves. */
export interface Server {
  /** Errors by the number of the model call in the run, from 1. */
  readonly errors?: Readonly<Record<number, ServerError>>;
  /** Ids of calls start anew in each reply. */
  readonly numbersIds?: boolean;
  /** Each reply begins with a signed block of thinking, which must come back with its calls. */
  readonly thinks?: boolean;
  /** Says `end_turn` also beside calls. */
  readonly mislabels?: boolean;
  /** Inputs of calls are JSON in a string. */
  readonly stringInputs?: boolean;
  /** Runs of hexadecimal digits take this many characters a token; 4 when absent. */
  readonly hexPerToken?: number;
  /** Overflow is told with a general code, and only the words say what it is. */
  readonly vagueOverflow?: boolean;
}

export interface ServerError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  /** Who comes back before that is shut out. */
  readonly strict?: boolean;
}
