/**
 * The embedded store: one SQLite file in WAL mode, several processes at once.
 *
 * Events are written in one transaction per append and are durable when `append` resolves: `synchronous = FULL` syncs
 * the write-ahead log at each commit.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RatchetError, messageOf } from "../error.ts";
import { EVENT_VERSION, TrajectoryEvent, type StoredEvent } from "../trajectory/events.ts";
import { prepare, type Statements } from "./statements.ts";
import { migrate } from "./schema.ts";
import { toOutcomeColumns, toRunRow } from "./rows.ts";
import type { NewRun, RunFilter, RunRow, RunStatus, RunTotals, Store } from "./store.ts";

/**
 * Opens the store, making file and folder when they are not there.
 * @throws RatchetError (infrastructure) when the file is not a database, is from a newer version or cannot be written.
 */
export function openSqliteStore(file: string): Store {
  const database = open(file);
  const statements = prepare(database);
  return {
    async startRun(run) {
      insertRun(statements, run);
    },
    async append(run, events) {
      append(database, statements, run, events);
    },
    async setOutcome(run, outcome) {
      statements.setOutcome.run({ id: run, ...toOutcomeColumns(outcome) });
    },
    async endRun(run, status, totals) {
      endRun(statements, run, status, totals);
    },
    async getRun(idOrPrefix) {
      return findRun(statements, idOrPrefix);
    },
    async listRuns(filter) {
      return listRuns(statements, filter ?? {});
    },
    async events(run) {
      return statements.eventsOf.all(run).map(toStoredEvent);
    },
    async put(collection, key, value) {
      statements.putDocument.run(collection, key, JSON.stringify(value));
    },
    async get(collection, key) {
      const row = statements.getDocument.get(collection, key);
      return row === undefined ? undefined : JSON.parse(String(row["value"]));
    },
    async list(collection) {
      return statements.listDocuments
        .all(collection)
        .map((row) => ({ key: String(row["key"]), value: JSON.parse(String(row["value"])) as unknown }));
    },
    async close() {
      database.close();
    },
  };
}

function open(file: string): DatabaseSync {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const database = new DatabaseSync(file, { timeout: 10_000 });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    migrate(database, file);
    return database;
  } catch (error) {
    if (error instanceof RatchetError) throw error;
    throw new RatchetError(
      "infrastructure",
      `${file}: the store cannot be opened: ${messageOf(error)}`,
      "Nothing was overwritten. Check that the disk is writable and the file is an SQLite database; move it aside to begin with an empty store.",
      { cause: error },
    );
  }
}

function insertRun(statements: Statements, run: NewRun): void {
  statements.insertRun.run({
    id: run.id,
    started_at: new Date().toISOString(),
    purpose: run.purpose,
    task: run.task,
    instruction: run.instruction,
    release: run.release,
    model: run.model,
    workspace: run.workspace,
    snapshot: run.snapshot,
    pid: process.pid,
  });
}

function append(database: DatabaseSync, statements: Statements, run: string, events: readonly TrajectoryEvent[]): void {
  const at = new Date().toISOString();
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const event of events) statements.insertEvent.run({ run, at, v: EVENT_VERSION, event: JSON.stringify(event) });
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw new RatchetError("infrastructure", `run ${run}: events could not be stored: ${messageOf(error)}`, undefined, {
      cause: error,
    });
  }
}

function endRun(statements: Statements, id: string, status: RunStatus, totals: RunTotals): void {
  statements.endRun.run({
    id,
    ended_at: new Date().toISOString(),
    status,
    steps: totals.steps,
    input_tokens: totals.inputTokens,
    output_tokens: totals.outputTokens,
    cost_usd: totals.costUsd,
  });
}

function findRun(statements: Statements, idOrPrefix: string): RunRow {
  const escaped = idOrPrefix.replaceAll(/[\\%_]/g, "\\$&");
  const rows = statements.runsByPrefix.all(`${escaped}%`).map(toRunRow);
  const exact = rows.find((row) => row.id === idOrPrefix);
  const only = exact ?? (rows.length === 1 ? rows[0] : undefined);
  if (only !== undefined && idOrPrefix !== "") return only;
  const problem =
    rows.length > 1 && idOrPrefix !== ""
      ? `several runs begin with "${idOrPrefix}": ${rows.map((row) => row.id).join(", ")}`
      : `there is no run "${idOrPrefix}"`;
  throw new RatchetError("usage", problem, "`agent runs` lists them.");
}

function listRuns(statements: Statements, filter: RunFilter): RunRow[] {
  return statements.listRuns
    .all({
      purpose: filter.purpose ?? null,
      release: filter.release ?? null,
      task: filter.task ?? null,
      since: filter.since ?? null,
      limit: filter.limit ?? 50,
    })
    .map(toRunRow);
}

function toStoredEvent(row: Record<string, unknown>): StoredEvent {
  const v = Number(row["v"]);
  if (v > EVENT_VERSION) {
    throw new RatchetError(
      "infrastructure",
      `run ${String(row["run"])}: event ${String(row["seq"])} has version ${v}; this Ratchet reads up to ${EVENT_VERSION}`,
      "Update Ratchet.",
    );
  }
  return {
    run: String(row["run"]),
    seq: Number(row["seq"]),
    at: String(row["at"]),
    v,
    event: TrajectoryEvent.parse(JSON.parse(String(row["event"]))),
  };
}
