/** Opens what commands work with. Closed again when the command ends, however it ends. */
import { join } from "node:path";
import { openHome, type Home } from "../kernel/home/home.ts";
import type { Runtime } from "../kernel/run/run-task.ts";
import type { Store } from "../kernel/store/store.ts";

export interface HomeOption {
  readonly home?: string;
}

/** The home that `--home` or the current folder names. */
export async function homeOf({ home }: HomeOption): Promise<Home> {
  return openHome(home ?? process.cwd());
}

export async function withStore<T>(home: Home, use: (store: Store) => Promise<T>): Promise<T> {
  const { openSqliteStore } = await import("../kernel/store/sqlite.ts");
  const store = openSqliteStore(join(home.state, "store.db"));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Store, model and sandbox of a home: what it takes to run something. */
export async function withRuntime<T>(home: Home, use: (runtime: Runtime) => Promise<T>): Promise<T> {
  const { openRuntime } = await import("../kernel/run/runtime.ts");
  const runtime = await openRuntime(home, process.env);
  try {
    return await use(runtime);
  } finally {
    await runtime.store.close();
  }
}

/**
 * A signal that Ctrl-C and SIGTERM abort. The second Ctrl-C does not wait: the process ends, and the sandboxes die with it.
 */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write("\nstopping; press Ctrl-C again to stop at once\n");
    controller.abort(new DOMException("stopped", "AbortError"));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
