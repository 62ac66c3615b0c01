/** What the kernel asks of a store. `sqlite.ts` is the embedded one. */
import type { StoredEvent, TrajectoryEvent } from "../trajectory/events.ts";

/** `open` until it is closed; a run whose process died stays readable and is shown as `interrupted`. */
export type RunStatus =
  | "open"
  | "done"
  | "gave_up"
  | "budget"
  | "error"
  | "aborted"
  | "crashed"
  | "interrupted";

/** Where the label of a run comes from, strongest first. */
export type Outcome =
  | { readonly kind: "verified"; readonly pass: boolean }
  | { readonly kind: "feedback"; readonly pass: boolean }
  | { readonly kind: "unknown" };

export interface RunRow {
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly status: RunStatus;
  readonly purpose: "live" | "trial";
  readonly task: string | null;
  readonly instruction: string;
  readonly release: string;
  readonly model: string;
  readonly workspace: string;
  readonly snapshot: string | null;
  readonly outcome: Outcome;
  readonly steps: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null when the model has no known price. */
  readonly costUsd: number | null;
  /** Process that writes the run, to tell an open run from one whose process died. */
  readonly pid: number;
}

export type NewRun = Pick<
  RunRow,
  "id" | "purpose" | "task" | "instruction" | "release" | "model" | "workspace" | "snapshot"
>;

export interface RunFilter {
  readonly purpose?: "live" | "trial";
  readonly release?: string;
  readonly task?: string;
  readonly since?: string;
  /** Newest first; 50 when absent. */
  readonly limit?: number;
}

export interface RunTotals {
  readonly steps: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number | null;
}

export interface Store {
  startRun(run: NewRun): Promise<void>;
  /** Resolves once the events are durable. Events of one run keep the order in which they were handed over. */
  append(run: string, events: readonly TrajectoryEvent[]): Promise<void>;
  setOutcome(run: string, outcome: Outcome): Promise<void>;
  endRun(run: string, status: Exclude<RunStatus, "open">, totals: RunTotals): Promise<void>;
  /** @throws RatchetError (usage) with the closest ids when there is none, or several that start so */
  getRun(idOrPrefix: string): Promise<RunRow>;
  listRuns(filter?: RunFilter): Promise<RunRow[]>;
  events(run: string): Promise<StoredEvent[]>;
  /** Small documents by collection and key, for cycles, candidates and promotions: JSON in, JSON out. */
  put(collection: string, key: string, value: unknown): Promise<void>;
  /** Writes only where the key is free, whoever else writes. False when it was not: nothing was changed. */
  putNew(collection: string, key: string, value: unknown): Promise<boolean>;
  get(collection: string, key: string): Promise<unknown>;
  list(collection: string): Promise<{ key: string; value: unknown }[]>;
  close(): Promise<void>;
}
