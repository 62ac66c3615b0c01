/** Tells whether the process that wrote a run still lives. */
import { identify } from "../../../guardrails/sandbox/tree.ts";

/** Of the running process: when it started, by the system's clock; empty where procfs does not tell. */
export function startMark(): string {
  return identify(process.pid)?.started ?? "";
}

/**
 * Numbers of processes are used again; the time of the start tells them apart, where it is known. A process that has
 * died but was not collected by its parent does not live.
 */
export function lives(pid: number, mark: string): boolean {
  const signalled = signal(pid);
  if (mark === "" || signalled === "missing") return signalled !== "missing";
  const found = identify(pid);
  // Some systems hide the processes of other users.
  return found === undefined ? signalled === "another user's" : found.started === mark;
}

function signal(pid: number): "ours" | "another user's" | "missing" {
  try {
    process.kill(pid, 0);
    return "ours";
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM" ? "another user's" : "missing";
  }
}
