/** The prepared statements of the SQLite store. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

const SQL = {
  insertRun: `
    INSERT INTO runs (id, started_at, purpose, task, instruction, release, model, workspace, snapshot, pid, pid_started)
    VALUES (:id, :started_at, :purpose, :task, :instruction, :release, :model, :workspace, :snapshot, :pid, :pid_started)`,
  insertEvent: `
    INSERT INTO events (run, seq, at, v, event)
    VALUES (:run, (SELECT coalesce(max(seq) + 1, 0) FROM events WHERE run = :run), :at, :v, :event)`,
  insertImported: `
    INSERT INTO runs (id, started_at, ended_at, status, purpose, task, instruction, release, model, workspace, outcome_kind,
      outcome_pass, steps, input_tokens, output_tokens, input_known, output_known, cost_usd, pid, pid_started, source_format,
      source_id, source_hash, source_file)
    VALUES (:id, :started_at, :ended_at, :status, 'imported', :task, :instruction, :release, :model, :workspace, :outcome_kind,
      :outcome_pass, :steps, :input_tokens, :output_tokens, :input_known, :output_known, :cost_usd, :pid, :pid_started, :source_format,
      :source_id, :source_hash, :source_file)`,
  insertEventAt: "INSERT INTO events (run, seq, at, v, event) VALUES (?, ?, ?, ?, ?)",
  deleteEvents: "DELETE FROM events WHERE run = ?",
  deleteFailure: "DELETE FROM failures WHERE run = ?",
  deleteImported: "DELETE FROM runs WHERE id = ? AND purpose = 'imported'",
  importedAs: `
    SELECT id, model, outcome_kind, outcome_pass, source_hash, source_file FROM runs
    WHERE source_id = ? AND source_format = ? ORDER BY rowid`,
  runsBySource: "SELECT * FROM runs WHERE source_id = ? ORDER BY started_at DESC, id DESC LIMIT 10",
  sourcesByPrefix: `
    SELECT * FROM runs WHERE source_id IS NOT NULL AND source_id LIKE ? ESCAPE '\\' ORDER BY started_at DESC, id DESC LIMIT 10`,
  hasRun: "SELECT 1 FROM runs WHERE id = ?",
  countRuns: "SELECT purpose, count(*) AS n FROM runs GROUP BY purpose",
  eventsOf: "SELECT run, seq, at, v, event FROM events WHERE run = ? ORDER BY seq",
  setOutcome: "UPDATE runs SET outcome_kind = :outcome_kind, outcome_pass = :outcome_pass WHERE id = :id",
  endRun: `
    UPDATE runs SET ended_at = :ended_at, status = :status, steps = :steps, input_tokens = :input_tokens,
      output_tokens = :output_tokens, cost_usd = :cost_usd
    WHERE id = :id`,
  runById: "SELECT * FROM runs WHERE id = ?",
  runsByPrefix: "SELECT * FROM runs WHERE id LIKE ? ESCAPE '\\' ORDER BY started_at DESC, id DESC LIMIT 10",
  listRuns: `
    SELECT * FROM runs
    WHERE (:purpose IS NULL OR purpose = :purpose) AND (:release IS NULL OR release = :release)
      AND (:task IS NULL OR task = :task) AND (:since IS NULL OR started_at >= :since)
    ORDER BY started_at DESC, id DESC LIMIT :limit`,
  putDocument: `
    INSERT INTO documents (collection, key, value) VALUES (?, ?, ?)
    ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value`,
  putNewDocument: `
    INSERT INTO documents (collection, key, value) VALUES (?, ?, ?)
    ON CONFLICT (collection, key) DO NOTHING`,
  getDocument: "SELECT value FROM documents WHERE collection = ? AND key = ?",
  listDocuments: "SELECT key, value FROM documents WHERE collection = ? ORDER BY key",
} as const;

export type Statements = { readonly [name in keyof typeof SQL]: StatementSync };

export function prepare(database: DatabaseSync): Statements {
  const entries = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(entries) as Statements;
}
