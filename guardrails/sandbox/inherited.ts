/**
 * Descriptors that whoever started us left open for all our descendants. Node marks those it knows of as
 * close-on-exec, but only looks at the first few numbers.
 */
import { readFileSync, readdirSync } from "node:fs";

/** Numbers above `last` that a child would inherit. Empty where procfs does not tell. */
export function inheritedDescriptors(last: number): number[] {
  return descriptors().filter((fd) => fd > last && !closesOnExec(fd));
}

const O_CLOEXEC = 0o2000000;

function descriptors(): number[] {
  try {
    return readdirSync("/proc/self/fd").map(Number);
  } catch {
    return [];
  }
}

function closesOnExec(fd: number): boolean {
  try {
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    return (Number.parseInt(flags ?? "0", 8) & O_CLOEXEC) !== 0;
  } catch {
    // The descriptor with which the folder was listed.
    return true;
  }
}
