/** What a confined process may use: limits the system enforces, and a watch over what it has no limit for. */
import type { Limits } from "./sandbox.ts";
import { proportionalMemory, treeUsage } from "./tree.ts";

/**
 * Arguments for `prlimit`. Applied inside the user namespace, where RLIMIT_NPROC counts only the sandbox's own
 * processes. RLIMIT_DATA stands in for memory because RLIMIT_AS breaks WebAssembly; it reserves, so it has a floor.
 */
export function prlimitArgs(limits: Limits): string[] {
  return [
    `--data=${Math.max(limits.memoryBytes, DATA_FLOOR_BYTES)}`,
    `--fsize=${limits.fileBytes}`,
    `--nofile=${limits.openFiles}`,
    `--nproc=${limits.processes}`,
    // SIGXCPU first, which names the cause; SIGKILL for whoever catches it.
    `--cpu=${limits.cpuSeconds}:${limits.cpuSeconds + 1}`,
    "--core=0",
  ];
}

export type Excess =
  | { readonly kind: "memory"; readonly bytes: number }
  | { readonly kind: "processes"; readonly tasks: number };

/**
 * Looks at the tree below `root` ten times a second until stopped, and reports the first excess once. It also counts
 * processes, since RLIMIT_NPROC never binds the system's own uid 0, in whatever namespace.
 */
export function watchTree(
  root: number,
  limits: Limits,
  onExcess: (excess: Excess) => void,
): { stop(): void } {
  const timer = setInterval(() => {
    const usage = treeUsage(root, limits.processes + LAUNCHER_TASKS);
    if (usage.tasks > limits.processes + LAUNCHER_TASKS)
      return report({ kind: "processes", tasks: usage.tasks });
    if (usage.memoryBytes <= limits.memoryBytes) return;
    const bytes = proportionalMemory(usage.processes);
    if (bytes > limits.memoryBytes) report({ kind: "memory", bytes });
  }, WATCH_INTERVAL_MS);
  timer.unref();
  const stop = (): void => clearInterval(timer);
  const report = (excess: Excess): void => {
    stop();
    onExcess(excess);
  };
  return { stop };
}

/** Node 24 does not start below 600 MB of RLIMIT_DATA. */
const DATA_FLOOR_BYTES = 1536 * 1024 * 1024;
const WATCH_INTERVAL_MS = 100;
/** The launcher outside and the init inside are ours. */
const LAUNCHER_TASKS = 3;
