/** Limits that suit what the kernel usually confines. Wall time is always the caller's to say. */
import type { Limits } from "./sandbox.ts";

type WithoutWall = Omit<Limits, "wallMs">;

/** The genome: one node process that only talks to the kernel. */
export function harnessLimits(wallMs: number, changes: Partial<WithoutWall> = {}): Limits {
  return {
    wallMs,
    cpuSeconds: 120,
    memoryBytes: GIB,
    outputBytes: MIB,
    processes: 64,
    openFiles: 256,
    fileBytes: 16 * MIB,
    ...changes,
  };
}

/** A command that the agent runs in its workspace: builds, tests, git. */
export function commandLimits(wallMs: number, changes: Partial<WithoutWall> = {}): Limits {
  return {
    wallMs,
    cpuSeconds: 600,
    memoryBytes: 2 * GIB,
    outputBytes: 8 * MIB,
    processes: 512,
    openFiles: 1024,
    fileBytes: 256 * MIB,
    ...changes,
  };
}

/** The check that decides success. */
export function verifierLimits(wallMs: number, changes: Partial<WithoutWall> = {}): Limits {
  return {
    wallMs,
    cpuSeconds: 300,
    memoryBytes: 2 * GIB,
    outputBytes: 4 * MIB,
    processes: 512,
    openFiles: 1024,
    fileBytes: 64 * MIB,
    ...changes,
  };
}

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
