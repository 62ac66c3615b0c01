/** The tables, as forward migrations: entry n brings a store from version n to n + 1. */
import type { DatabaseSync } from "node:sqlite";
import { RatchetError } from "../error.ts";

const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    id            TEXT PRIMARY KEY,
    started_at    TEXT NOT NULL,
    ended_at      TEXT,
    status        TEXT NOT NULL DEFAULT 'open',
    purpose       TEXT NOT NULL,
    task          TEXT,
    instruction   TEXT NOT NULL,
    release       TEXT NOT NULL,
    model         TEXT NOT NULL,
    workspace     TEXT NOT NULL,
    snapshot      TEXT,
    outcome_kind  TEXT NOT NULL DEFAULT 'unknown',
    outcome_pass  INTEGER,
    steps         INTEGER NOT NULL DEFAULT 0,
    input_tokens  INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    cost_usd      REAL,
    pid           INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_time ON runs (purpose, started_at DESC);
  CREATE TABLE events (
    run   TEXT NOT NULL REFERENCES runs (id),
    seq   INTEGER NOT NULL,
    at    TEXT NOT NULL,
    v     INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE documents (
    collection TEXT NOT NULL,
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (collection, key)
  ) STRICT, WITHOUT ROWID;
  `,
  // Numbers of processes are used again.
  "ALTER TABLE runs ADD COLUMN pid_started TEXT NOT NULL DEFAULT ''",
  // Imported runs, and what was found out about each failure, so that it is found out once.
  `
  ALTER TABLE runs ADD COLUMN source_format TEXT;
  ALTER TABLE runs ADD COLUMN source_id TEXT;
  ALTER TABLE runs ADD COLUMN source_hash TEXT;
  CREATE INDEX runs_by_source ON runs (source_id) WHERE source_id IS NOT NULL;
  CREATE TABLE signatures (
    id       TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    template TEXT NOT NULL,
    cluster  TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE failures (
    run       TEXT PRIMARY KEY REFERENCES runs (id),
    analysis  TEXT NOT NULL,
    signature TEXT NOT NULL,
    digest    TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX failures_by_signature ON failures (signature);
  CREATE TABLE failure_clusters (
    id       TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    template TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // Some sources know what a run cost, and not how many tokens it took.
  `
  ALTER TABLE runs ADD COLUMN input_known INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE runs ADD COLUMN output_known INTEGER NOT NULL DEFAULT 1;
  `,
  // Tells a run that has changed from another one with the same id.
  "ALTER TABLE runs ADD COLUMN source_file TEXT",
];

/**
 * Reads the version and nothing else.
 * @throws RatchetError when the database is from a newer Ratchet, or of another program
 */
export function refuseForeign(database: DatabaseSync, file: string): void {
  const version = versionOf(database);
  refuseNewer(version, file);
  if (version > 0 || database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"] === 0) return;
  throw new RatchetError(
    "infrastructure",
    `${file}: this database belongs to another program`,
    "Nothing was changed. Move it aside to begin with an empty store.",
  );
}

/** Brings the database to the newest version. @throws RatchetError when it is from a newer Ratchet. */
export function migrate(database: DatabaseSync, file: string): void {
  if (versionOf(database) === MIGRATIONS.length) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    // Read again under the lock: another process may have migrated meanwhile.
    const version = versionOf(database);
    refuseNewer(version, file);
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function refuseNewer(version: number, file: string): void {
  if (version <= MIGRATIONS.length) return;
  throw new RatchetError(
    "infrastructure",
    `${file}: the store has version ${version}; this Ratchet knows versions up to ${MIGRATIONS.length}`,
    "Update Ratchet. Nothing was changed.",
  );
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
}
