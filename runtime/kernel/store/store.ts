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
  readonly run: Omit<RunRow, "id" | "purpose" | "snapshot" | "pid" | "source"> & {
    readonly status: Exclude<RunStatus, "open">;
  };
  /** Ids for it, the best first; it gets the first that no run has. */
  readonly names: readonly string[];
  readonly source: {
    readonly format: string;
    readonly id: string;
    /** Of all that was read of it: tells whether it has changed since. */
    readonly hash: string;
    /** Full path; undefined when it was piped. */
    readonly file: string | undefined;
  };
  readonly events: readonly { readonly at: string; readonly event: TrajectoryEvent }[];
}

/** What became of an imported run. */
export interface Kept {
  readonly kind: "added" | "replaced" | "unchanged";
  /** Id under which it is there. */
  readonly run: string;
  /** What a person said of it is kept when it is replaced, and stands where its source has no label. */
  readonly outcome: Outcome;
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
  importedAs(
    format: string,
    sourceId: string,
  ): Promise<{ readonly run: string; readonly hash: string; readonly outcome: Outcome }[]>;
  /**
   * All of them or none; tells for each what became of it. A run is replaced by what goes on from it, and by another content from
   * the same file with the same model; feedback on it stays. Otherwise a run with an id that is there is another run, and both
   * are kept.
   * @param met runs that this import has kept already: none of them is replaced
   */
  importRuns(runs: readonly ImportedRun[], met: ReadonlySet<string>): Promise<Kept[]>;
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
