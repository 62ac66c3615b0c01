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
  readonly memoryBytes: number;
  /** Of the tree, `root` first. */
  readonly processes: readonly ProcessUsage[];
}

export interface ProcessUsage {
  readonly pid: number;
  /** Anonymous, shared and swapped memory. File pages are left out: the system can drop those at will. */
  readonly memoryBytes: number;
}

/** Adds up the tree from `root` down; stops counting soon after `maxTasks`, for a fork bomb must not stall us. */
export function treeUsage(root: number, maxTasks: number): TreeUsage {
  const pids = [root];
  const processes: ProcessUsage[] = [];
  let tasks = 0;
  // The list grows while it is walked.
  for (const pid of pids) {
    if (tasks > maxTasks) break;
    const status = readProc(`${pid}/status`);
    if (status === undefined) continue;
    const threads = field(status, "Threads");
    tasks += threads;
    processes.push({ pid, memoryBytes: kilobytes(status, ["RssAnon", "RssShmem", "VmSwap"]) });
    pids.push(...childrenOf(pid, threads));
  }
  return { tasks, processes, memoryBytes: sum(processes.map(({ memoryBytes }) => memoryBytes)) };
}

/** The same memory with shared pages counted once; much dearer to read. */
export function proportionalMemory(processes: readonly ProcessUsage[]): number {
  return sum(
    processes.map(({ pid, memoryBytes }) => {
      try {
        return kilobytes(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), [
          "Pss_Anon",
          "Pss_Shmem",
          "SwapPss",
        ]);
      } catch (error) {
        // A process on its way out has no memory any more; one that hides its memory is taken at the higher figure.
        const { code } = error as NodeJS.ErrnoException;
        return code === "EACCES" || code === "EPERM" ? memoryBytes : 0;
      }
    }),
  );
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

export function descendantsOf(pid: number): number[] {
  return treeUsage(pid, Infinity)
    .processes.slice(1)
    .map((process) => process.pid);
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

function kilobytes(text: string, names: readonly string[]): number {
  return 1024 * sum(names.map((name) => field(text, name)));
}

function field(text: string, name: string): number {
  const at = text.indexOf(`\n${name}:`);
  return at < 0 ? 0 : Number.parseInt(text.slice(at + name.length + 2), 10);
}

function numbers(text: string): number[] {
  return text.split(" ").filter(Boolean).map(Number);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
