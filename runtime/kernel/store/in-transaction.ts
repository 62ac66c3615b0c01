import type { DatabaseSync } from "node:sqlite";

/** All that `task` writes, or nothing. @throws what `task` throws, and when the database cannot be written */
export function inTransaction(database: DatabaseSync, task: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    task();
    database.exec("COMMIT");
  } catch (error) {
    // SQLite itself rolls back when the disk is full.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
