import type { DatabaseSync } from "node:sqlite";

/** All that `task` writes, or nothing. @throws what `task` throws, and when the database cannot be written */
export function inTransaction<T>(database: DatabaseSync, task: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const done = task();
    database.exec("COMMIT");
    return done;
  } catch (error) {
    // SQLite itself rolls back when the disk is full.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
