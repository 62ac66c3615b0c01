/**
 * A lock between processes: SQLite's own on a file of its own, so that the operating system gives it back when its holder
 * dies, however it dies.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { messageOf, RatchetError } from "./error.ts";

/** Disposing of it gives it back. */
export type Lock = Disposable;

/**
 * Undefined when somebody else has it, in this process or in another.
 * @throws RatchetError (infrastructure) when the file cannot be locked at all: without the lock nothing may go on
 */
export function tryLock(file: string): Lock | undefined {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
    const held = database;
    return { [Symbol.dispose]: () => held.close() };
  } catch (error) {
    database?.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return undefined;
    throw new RatchetError(
      "infrastructure",
      `${file} cannot be locked: ${messageOf(error)}`,
      "See that its folder can be written, and that the disk is not full.",
      {
        cause: error,
      },
    );
  }
}

/** Like {@link tryLock}, and asks again for `ms` milliseconds. */
export async function waitForLock(file: string, ms: number): Promise<Lock | undefined> {
  const until = performance.now() + ms;
  for (;;) {
    const lock = tryLock(file);
    if (lock !== undefined || performance.now() >= until) return lock;
    await setTimeout(20);
  }
}

const SQLITE_BUSY = 5;
