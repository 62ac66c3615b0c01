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
import { EVENT_VERSION, type TrajectoryEvent } from "../trajectory/events.ts";
import { attempt } from "./attempt.ts";
import { findRun } from "./find-run.ts";
import { inTransaction } from "./in-transaction.ts";
import { startMark } from "./process-mark.ts";
import { outcomeOf, toOutcomeColumns, toRunRow, toStoredEvent } from "./rows.ts";
import { migrate, refuseForeign } from "./schema.ts";
import { prepare, type Statements } from "./statements.ts";
import { failureStore } from "./failures.ts";
import { importRuns } from "./import-runs.ts";
import type { NewRun, Purpose, RunFilter, RunRow, RunStatus, RunTotals, Store } from "./store.ts";

/**
 * Opens the store, making file and folder when they are not there. All that it does may throw RatchetError
 * (infrastructure) when the file cannot be read or written.
 * @throws RatchetError (infrastructure) when the file is no store, is from a newer version or cannot be opened
 */
export function openSqliteStore(file: string): Store {
  const database = open(file);
  const statements = prepare(database);
  return {
    async startRun(run) {
      attempt(`${file}: run ${run.id} could not be begun`, () => insertRun(statements, run));
    },
    async append(run, events) {
      attempt(`${file}: events of run ${run} could not be stored`, () =>
        append(database, statements, run, events),
      );
    },
    async setOutcome(run, outcome) {
      const changed = attempt(`${file}: the outcome of run ${run} could not be stored`, () =>
        statements.setOutcome.run({ id: run, ...toOutcomeColumns(outcome) }),
      );
      refuseUnknown(changed, run);
    },
    async endRun(run, status, totals) {
      refuseUnknown(
        attempt(`${file}: run ${run} could not be closed`, () => endRun(statements, run, status, totals)),
        run,
      );
    },
    async getRun(idOrPrefix) {
      return attempt(`${file}: runs cannot be read`, () => findRun(statements, idOrPrefix));
    },
    async listRuns(filter) {
      return attempt(`${file}: runs cannot be read`, () => listRuns(statements, filter ?? {}));
    },
    async events(run) {
      return attempt(`${file}: events of run ${run} cannot be read`, () =>
        statements.eventsOf.all(run).map(toStoredEvent),
      );
    },
    async countRuns() {
      return attempt(`${file}: runs cannot be read`, () => countRuns(statements));
    },
    async importedAs(format, sourceId) {
      return attempt(`${file}: runs cannot be read`, () =>
        statements.importedAs.all(sourceId, format).map((row) => ({
          run: String(row["id"]),
          hash: String(row["source_hash"]),
          outcome: outcomeOf(row),
        })),
      );
    },
    async importRuns(runs, met) {
      return attempt(`${file}: imported runs could not be stored`, () =>
        importRuns(database, statements, runs, met),
      );
    },
    failures: failureStore(database, file),
    async put(collection, key, value) {
      attempt(`${file}: ${collection}/${key} could not be stored`, () =>
        statements.putDocument.run(collection, key, JSON.stringify(value)),
      );
    },
    async putNew(collection, key, value) {
      const { changes } = attempt(`${file}: ${collection}/${key} could not be stored`, () =>
        statements.putNewDocument.run(collection, key, JSON.stringify(value)),
      );
      return Number(changes) === 1;
    },
    async get(collection, key) {
      return attempt(`${file}: ${collection}/${key} cannot be read`, () => {
        const row = statements.getDocument.get(collection, key);
        return row === undefined ? undefined : JSON.parse(String(row["value"]));
      });
    },
    async list(collection) {
      return attempt(`${file}: ${collection} cannot be read`, () =>
        statements.listDocuments
          .all(collection)
          .map((row) => ({ key: String(row["key"]), value: JSON.parse(String(row["value"])) as unknown })),
      );
    },
    async close() {
      if (database.isOpen) database.close();
    },
  };
}

/** How long to wait for another process that writes, in milliseconds. */
const BUSY_MS = 10_000;

function open(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout: BUSY_MS });
    refuseForeign(database, file);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    migrate(database, file);
    return database;
  } catch (error) {
    database?.close();
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
    pid_started: startMark(),
  });
}

function append(
  database: DatabaseSync,
  statements: Statements,
  run: string,
  events: readonly TrajectoryEvent[],
): void {
  if (events.length === 0) return;
  const at = new Date().toISOString();
  inTransaction(database, () => {
    for (const event of events)
      statements.insertEvent.run({ run, at, v: EVENT_VERSION, event: JSON.stringify(event) });
  });
}

function endRun(statements: Statements, id: string, status: RunStatus, totals: RunTotals) {
  return statements.endRun.run({
    id,
    ended_at: new Date().toISOString(),
    status,
    steps: totals.steps,
    input_tokens: totals.inputTokens,
    output_tokens: totals.outputTokens,
    cost_usd: totals.costUsd,
  });
}

function refuseUnknown({ changes }: { readonly changes: number | bigint }, run: string): void {
  if (Number(changes) === 0) throw new RatchetError("infrastructure", `the store has no run ${run}`);
}

function countRuns(statements: Statements): Record<Purpose, number> {
  const counts = { live: 0, trial: 0, imported: 0 };
  for (const row of statements.countRuns.all()) {
    const purpose = row["purpose"] as Purpose;
    counts[purpose] = Number(row["n"]);
  }
  return counts;
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
