/** Tells whether the process that wrote a run still lives. */
import { identify } from "../../../guardrails/sandbox/tree.ts";

/** Of the running process: when it started, by the system's clock; empty where procfs does not tell. */
export function startMark(): string {
  return identify(process.pid)?.started ?? "";
}

/** Numbers of processes are used again; the time of the start tells them apart, where it is known. */
export function lives(pid: number, mark: string): boolean {
  if (!exists(pid)) return false;
  const found = identify(pid);
  return mark === "" || found === undefined || found.started === mark;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
