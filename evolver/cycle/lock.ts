/**
 * One cycle at a time in a home: two would spend twice, and stack patches on a head that the other moves. Who holds the lock
 * stands in the store, for people only.
 */
import { join } from "node:path";
import { z } from "zod";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import { tryLock } from "../../runtime/kernel/lock.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";

/**
 * Holds the lock while `use` goes on.
 * @throws RatchetError (infrastructure) naming the process that holds it
 */
export async function withCycleLock<T>(home: Home, store: Store, use: () => Promise<T>): Promise<T> {
  using lock = tryLock(join(home.state, "evolve.lock"));
  if (lock === undefined) throw await taken(home, store);
  await store.put(LOCKS, KEY, { pid: process.pid, since: new Date().toISOString() } satisfies Holder);
  return await use();
}

const LOCKS = "locks";
const KEY = "evolve";

const Holder = z.object({ pid: z.number(), since: z.string() });
type Holder = z.infer<typeof Holder>;

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
