/** Opens what commands work with. Closed again when the command ends, however it ends. */
import { join } from "node:path";
import { openHome, type Home } from "../kernel/home/home.ts";
import type { Tier } from "../../guardrails/sandbox/sandbox.ts";
import type { SandboxChoice } from "../kernel/run/runtime.ts";
import type { Runtime } from "../kernel/run/run-task.ts";
import type { Store } from "../kernel/store/store.ts";
import type { Probe } from "../../replay/release/promote.ts";
import { messageOf } from "../kernel/error.ts";
import { clean, clearStatus } from "./output.ts";

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
export async function withRuntime<T>(
  home: Home,
  choice: SandboxChoice,
  use: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  const { openRuntime } = await import("../kernel/run/runtime.ts");
  const runtime = await openRuntime(home, process.env, choice);
  if (!runtime.sandbox.full) process.stderr.write(`agent: ${weakness(runtime.sandbox.tier)}\n`);
  try {
    return await use(runtime);
  } finally {
    await runtime.store.close();
  }
}

/**
 * The store, and what tries a commit before it becomes the release. By force, what cannot be tried is promoted all the same.
 * @throws RatchetError or NoSandbox when nothing can be tried here, unless by force
 */
export async function withProbe<T>(
  home: Home,
  choice: SandboxChoice,
  force: boolean,
  use: (store: Store, probe: Probe | undefined) => Promise<T>,
): Promise<T> {
  const { openRuntime } = await import("../kernel/run/runtime.ts");
  const { healthProbe } = await import("../../replay/release/probe.ts");
  const runtime = await openRuntime(home, process.env, choice).catch((error: unknown) => {
    if (!force) throw error;
    process.stderr.write(`agent: it was not tried whether it runs: ${clean(messageOf(error))}\n`);
    return undefined;
  });
  if (runtime === undefined) return withStore(home, (store) => use(store, undefined));
  try {
    return await use(runtime.store, healthProbe(runtime, interruptible()));
  } finally {
    await runtime.store.close();
  }
}

/** The notice that a sandbox below the full tiers deserves. */
export function weakness(tier: Tier): string {
  return tier === "none"
    ? "NO SANDBOX: what the agent runs can do whatever you can do on this machine"
    : `the sandbox \`${tier}\` confines only in part: run nothing in it that you have not read`;
}

/** The option that switches the sandbox off, as commander names it. */
export interface DangerOption {
  readonly dangerouslyWithoutSandbox?: boolean;
}

/**
 * A signal that Ctrl-C and SIGTERM abort. The second Ctrl-C does not wait: the process ends, and the sandboxes die with it.
 *
 * Under an old node the launcher stands between us and the terminal. One Ctrl-C reaches us twice then, the second time as
 * SIGUSR2; so each kind is counted on its own.
 */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return;
    clearStatus();
    // Below the ^C that the terminal has shown.
    process.stderr.write(
      `${process.stderr.isTTY === true ? "\n" : ""}stopping; press Ctrl-C again to stop at once\n`,
    );
    controller.abort(new DOMException("stopped", "AbortError"));
  };
  for (const name of process.platform === "win32"
    ? (["SIGINT"] as const)
    : (["SIGINT", "SIGUSR2"] as const)) {
    let times = 0;
    process.on(name, () => {
      if (++times > 1) process.exit(INTERRUPTED);
      stop();
    });
  }
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);
  return controller.signal;
}

/** Exit code of what was stopped by a person: 128 + SIGINT. */
export const INTERRUPTED = 130;
