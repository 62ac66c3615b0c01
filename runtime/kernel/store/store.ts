/** What the kernel asks of a store. `sqlite.ts` is the embedded one. */
import type { StoredEvent, TrajectoryEvent } from "../trajectory/events.ts";
import type { FailureStore } from "./failures.ts";

/**
 * `open` until it is closed; a run whose process died stays readable and is shown as `interrupted`. `unknown` is for imported
 * runs only, whose source does not say how they ended.
 */
export const RUN_STATUSES = [
  "open",
  "done",
  "gave_up",
  "budget",
  "error",
  "aborted",
  "crashed",
  "interrupted",
  "unknown",
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Where the label of a run comes from, strongest first. */
export type Outcome =
  | { readonly kind: "verified"; readonly pass: boolean }
  | { readonly kind: "feedback"; readonly pass: boolean }
  | { readonly kind: "unknown" };

/** What a run is for: work of a person's, replay, or nothing of ours: it was made by another system. */
export type Purpose = "live" | "trial" | "imported";

export interface RunRow {
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly status: RunStatus;
  readonly purpose: Purpose;
  readonly task: string | null;
  readonly instruction: string;
  readonly release: string;
  readonly model: string;
  readonly workspace: string;
  readonly snapshot: string | null;
  readonly outcome: Outcome;
  readonly steps: number;
  /** Null when an imported run's source does not say. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Null when the model has no known price. */
  readonly costUsd: number | null;
  /** Process that writes the run, to tell an open run from one whose process died. */
  readonly pid: number;
  /** Of imported runs: the format it was read from, and its id there. */
  readonly source?: { readonly format: string; readonly id: string };
}

export type NewRun = Pick<
  RunRow,
  "id" | "purpose" | "task" | "instruction" | "release" | "model" | "workspace" | "snapshot"
>;

/** A run of another system, whole. */
export interface ImportedRun {
  readonly run: Omit<RunRow, "purpose" | "snapshot" | "pid" | "source"> & {
    readonly status: Exclude<RunStatus, "open">;
  };
  /** With the hash of all that was read of it, which tells whether it has changed since. */
  readonly source: { readonly format: string; readonly id: string; readonly hash: string };
  readonly events: readonly { readonly at: string; readonly event: TrajectoryEvent }[];
}

export interface RunFilter {
  readonly purpose?: Purpose;
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
  endRun(run: string, status: Exclude<RunStatus, "open" | "unknown">, totals: RunTotals): Promise<void>;
  /** @throws RatchetError (usage) with the closest ids when there is none, or several that start so */
  getRun(idOrPrefix: string): Promise<RunRow>;
  listRuns(filter?: RunFilter): Promise<RunRow[]>;
  events(run: string): Promise<StoredEvent[]>;
  /** How many runs there are of each purpose. */
  countRuns(): Promise<Readonly<Record<Purpose, number>>>;
  /** Imported runs with that id in that format, each with the hash of what was read then. */
  importedAs(format: string, sourceId: string): Promise<{ run: string; hash: string }[]>;
  hasRun(id: string): Promise<boolean>;
  /** All of them or none. A run that is there already is replaced, with its events and what was found out about it. */
  importRuns(runs: readonly ImportedRun[]): Promise<void>;
  /** What was found out about failed runs. */
  readonly failures: FailureStore;
  /** Small documents by collection and key, for cycles, candidates and promotions: JSON in, JSON out. */
  put(collection: string, key: string, value: unknown): Promise<void>;
  /** Writes only where the key is free, whoever else writes. False when it was not: nothing was changed. */
  putNew(collection: string, key: string, value: unknown): Promise<boolean>;
  get(collection: string, key: string): Promise<unknown>;
  list(collection: string): Promise<{ key: string; value: unknown }[]>;
  close(): Promise<void>;
}
