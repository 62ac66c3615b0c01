/** Peak memory of a process with all that descends from it, looked up in /proc at intervals. */
import { readdirSync, readFileSync } from "node:fs";

export interface PeakMemory {
  readonly bytes: number;
  /** PSS counts a shared page in shares, RSS counts it once for each process and so too high. */
  readonly kind: "PSS" | "RSS";
  /** Processes at the peak. */
  readonly processes: number;
}

const EVERY_MS = 250;

export function watchMemory(pid: number): { stop(): PeakMemory } {
  let peak: PeakMemory = { bytes: 0, kind: "PSS", processes: 0 };
  const look = (): void => {
    const now = memoryOf(tree(pid));
    if (now.bytes > peak.bytes) peak = now;
  };
  const timer = setInterval(look, EVERY_MS);
  look();
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

function memoryOf(pids: readonly number[]): PeakMemory {
  let bytes = 0;
  let kind: PeakMemory["kind"] = "PSS";
  for (const pid of pids) {
    const pss = kilobytes(`/proc/${pid}/smaps_rollup`, "Pss");
    if (pss === undefined) kind = "RSS";
    // A process that ended meanwhile has neither.
    bytes += (pss ?? kilobytes(`/proc/${pid}/status`, "VmRSS") ?? 0) * 1024;
  }
  return { bytes, kind, processes: pids.length };
}

/** The process and its descendants. */
function tree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    const parent = Number.isInteger(pid) ? parentOf(pid) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** The name, in brackets, may hold anything; the parent is the second word after it. */
function parentOf(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

function kilobytes(file: string, field: string): number | undefined {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(read(file) ?? "")?.[1];
  return found === undefined ? undefined : Number(found);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
