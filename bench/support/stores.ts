import { join } from "node:path";
import { openSqliteStore } from "../../runtime/kernel/store/sqlite.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";

/** The embedded store, in a file of its own below `folder`; closes itself. */
export function sqliteStore(folder: string, name: string): Store & AsyncDisposable {
  const store = openSqliteStore(join(folder, `${name}.db`));
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}

/** The same, but events are forgotten at once: the difference is what writing them costs. */
export function withoutEvents(store: Store): Store {
  return { ...store, append: async () => undefined };
}
