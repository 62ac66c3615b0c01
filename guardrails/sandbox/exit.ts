/** Reads how a tree ended from how its launcher did. */
import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Launch } from "./launch.ts";
import type { Exit } from "./sandbox.ts";

export type Ending =
  | { readonly kind: "exit"; readonly code: number | null; readonly signal: string | null }
  | { readonly kind: "error"; readonly message: string };

/** Never rejects. */
export function ending(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ kind: "exit", code, signal }));
    child.on("error", (error) => resolve({ kind: "error", message: error.message }));
  });
}

/** `status` and `errors` are what the launcher wrote on the status descriptor and first of all on stderr. */
export function exitOf(end: Ending, launch: Launch, status: string, errors: string): Exit {
  if (end.kind === "error") return { kind: "not_started", reason: `${launch.file}: ${end.message}` };
  if (end.signal !== null) return { kind: "signaled", signal: end.signal };
  const code = end.code ?? 1;
  if (launch.readStatus?.(status).reached === false) {
    return { kind: "not_started", reason: errors.trim() || `the launcher ended with code ${code}` };
  }
  const signal = FATAL_SIGNALS.find((name) => constants.signals[name] === code - 128);
  return signal === undefined ? { kind: "exited", code } : { kind: "signaled", signal };
}

/** Deaths that launchers report as 128 + n. Left out: 129 and 130, with which programs such as git like to exit. */
const FATAL_SIGNALS = [
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGKILL",
  "SIGSEGV",
  "SIGPIPE",
  "SIGTERM",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGSYS",
] as const;
