/**
 * One cycle at a time in a home: two would spend twice, and stack patches on a head that the other moves.
 *
 * The lock is SQLite's own on a file of its own, so that the operating system gives it back when its holder dies, however
 * it dies. Who holds it stands in the store, for people only.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { messageOf, RatchetError } from "../../runtime/kernel/error.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";

/**
 * Holds the lock while `use` goes on.
 * @throws RatchetError (infrastructure) naming the process that holds it
 */
export async function withCycleLock<T>(home: Home, store: Store, use: () => Promise<T>): Promise<T> {
  const lock = openLock(join(home.state, "evolve.lock"));
  try {
    if (!take(lock)) throw await taken(home, store);
    await store.put(LOCKS, KEY, { pid: process.pid, since: new Date().toISOString() } satisfies Holder);
    return await use();
  } finally {
    lock.close();
  }
}

const LOCKS = "locks";
const KEY = "evolve";

const Holder = z.object({ pid: z.number(), since: z.string() });
type Holder = z.infer<typeof Holder>;

function openLock(file: string): DatabaseSync {
  mkdirSync(join(file, ".."), { recursive: true });
  return new DatabaseSync(file, { timeout: 0 });
}

/** False when somebody else has it. Anything else that goes wrong is thrown: without the lock there is no cycle. */
function take(lock: DatabaseSync): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return false;
    throw new RatchetError(
      "infrastructure",
      `the lock of the cycle cannot be taken: ${messageOf(error)}`,
      undefined,
      {
        cause: error,
      },
    );
  }
}

const SQLITE_BUSY = 5;

async function taken(home: Home, store: Store): Promise<RatchetError> {
  const holder = Holder.safeParse(await store.get(LOCKS, KEY));
  const who = holder.success
    ? ` (process ${holder.data.pid}, since ${holder.data.since.slice(0, 19).replace("T", " ")} UTC)`
    : "";
  return new RatchetError(
    "infrastructure",
    `another cycle is going on in ${home.dir}${who}`,
    holder.success ? `Wait until it ends, or stop it: kill -INT ${holder.data.pid}` : "Wait until it ends.",
  );
}
