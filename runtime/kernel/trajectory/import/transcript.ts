/** What every importer makes of a foreign row, before it becomes events: who said what, in order. */
import type { ContentBlock, StopReason, Usage } from "../../protocol.ts";
import type { Outcome, RunStatus } from "../../store/store.ts";
import type { SourceStep } from "../events.ts";

export type Turn =
  /** Said to the agent, by its operator, a person or its environment. */
  | {
      readonly kind: "told";
      readonly role: "system" | "user";
      readonly text: string;
      readonly source: SourceStep;
    }
  /** A reply of an agent's model. */
  | {
      readonly kind: "acted";
      readonly content: readonly ContentBlock[];
      readonly stopReason?: StopReason | undefined;
      readonly model?: string | undefined;
      readonly usage?: Usage | undefined;
      readonly costUsd?: number | undefined;
      readonly at?: string | undefined;
      readonly source: SourceStep;
    }
  /** What a tool gave back. Without an id it answers the oldest call of the last reply that has no answer. */
  | {
      readonly kind: "answered";
      readonly callId: string | undefined;
      /** What the source calls the tool, should the call be missing. */
      readonly name?: string | undefined;
      readonly content: string;
      readonly isError: boolean;
      readonly exitCode?: number | undefined;
      readonly at?: string | undefined;
      readonly source: SourceStep;
    }
  /** A record that is neither: kept, and read by nobody. */
  | { readonly kind: "noted"; readonly note: string; readonly data: Readonly<Record<string, unknown>> };

export interface Transcript {
  /** The source's own id; undefined when the row has none. */
  readonly id: string | undefined;
  readonly task: string | null;
  /** What was asked for; the first words of a user when undefined. */
  readonly instruction?: string | undefined;
  readonly model: string;
  readonly workspace: string;
  /** ISO 8601. */
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  /** How the source says it ended; undefined when it does not say. */
  readonly end?: { readonly status: EndStatus; readonly summary: string } | undefined;
  readonly outcome: Outcome;
  readonly turns: readonly Turn[];
  /** Of the whole run, where the source knows more than its turns tell. */
  readonly totals?: {
    readonly inputTokens?: number | undefined;
    readonly outputTokens?: number | undefined;
    readonly costUsd: number | null;
  };
  /** Fields of the row that have no other place. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export type EndStatus = Exclude<RunStatus, "open" | "crashed" | "interrupted" | "unknown">;
