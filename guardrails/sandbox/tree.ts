/** Reads the processes below one of ours from procfs. Whatever vanishes while it is read counts as gone. */
import { readFileSync, readdirSync } from "node:fs";

export interface ProcessId {
  readonly pid: number;
  /** Clock tick of its start: tells a process from a later one with the same number. */
  readonly started: string;
}

export interface TreeUsage {
  /** Threads of all processes: what RLIMIT_NPROC counts. */
  readonly tasks: number;
  /** Anonymous, shared and swapped memory. File pages are left out: the system can drop those at will. */
  readonly memoryBytes: number;
  readonly pids: readonly number[];
}

/** Adds up the tree from `root` down; stops counting soon after `maxTasks`, for a fork bomb must not stall us. */
export function treeUsage(root: number, maxTasks: number): TreeUsage {
  const pids = [root];
  let tasks = 0;
  let memoryBytes = 0;
  for (let next = 0; next < pids.length && tasks <= maxTasks; next++) {
    const pid = pids[next]!;
    const status = readProc(`${pid}/status`);
    if (status === undefined) continue;
    const threads = field(status, "Threads");
    tasks += threads;
    memoryBytes += 1024 * (field(status, "RssAnon") + field(status, "RssShmem") + field(status, "VmSwap"));
    pids.push(...childrenOf(pid, threads));
  }
  return { tasks, memoryBytes, pids };
}

/** The same memory with shared pages counted once; much dearer to read. Falls back to `otherwise` where denied. */
export function proportionalMemory(pids: readonly number[], otherwise: number): number {
  let bytes = 0;
  for (const pid of pids) {
    const rollup = readProc(`${pid}/smaps_rollup`);
    if (rollup !== undefined) bytes += 1024 * (field(rollup, "Pss_Anon") + field(rollup, "Pss_Shmem") + field(rollup, "SwapPss"));
    else if (identify(pid) !== undefined) return otherwise;
  }
  return bytes;
}

/** Undefined when there is no such process, or only its entry is left for the parent to collect. */
export function identify(pid: number): ProcessId | undefined {
  const stat = readProc(`${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name, in parentheses, may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : { pid, started: fields[19] ?? "" };
}

export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.started === id.started;
}

export function childrenOf(pid: number, threads = 1): number[] {
  const tids = threads === 1 ? [String(pid)] : listProc(`${pid}/task`);
  return tids.flatMap((tid) => numbers(readProc(`${pid}/task/${tid}/children`) ?? ""));
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return undefined;
  }
}

function listProc(path: string): string[] {
  try {
    return readdirSync(`/proc/${path}`);
  } catch {
    return [];
  }
}

function field(text: string, name: string): number {
  const at = text.indexOf(`\n${name}:`);
  return at < 0 ? 0 : Number.parseInt(text.slice(at + name.length + 2), 10);
}

function numbers(text: string): number[] {
  return text.split(" ").filter(Boolean).map(Number);
}
