/** Where the figures come from. */
import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { delimiter, join, sep } from "node:path";
import { packageFile, packageVersion } from "../runtime/kernel/package.ts";

export interface Machine {
  readonly commit: string;
  readonly at: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
  readonly systemNode: string;
  readonly sandbox: string;
  readonly loadBefore: number;
  readonly loadAfter: number;
}

export function machineFacts(sandbox: string): Omit<Machine, "loadAfter"> {
  return {
    commit: `${packageVersion()} ${commit()}`,
    at: new Date().toISOString(),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    memoryGib: totalmem() / 1024 ** 3,
    kernel: `${type()} ${release()}`,
    node: process.version,
    systemNode: execFileSync(systemNode(), ["--version"], { encoding: "utf8" }).trim(),
    sandbox,
    loadBefore: load(),
  };
}

/** Processes that wanted a core, over the last minute. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

/** The node that a person's shell finds: npm puts the one of `node_modules` in front of it. */
export function systemNode(): string {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const candidate = join(folder, "node");
    if (!folder.split(sep).includes("node_modules") && existsSync(candidate)) return realpathSync(candidate);
  }
  return process.execPath;
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", packageFile("."), ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    return `${git("rev-parse", "--short=12", "HEAD")}${git("status", "--porcelain") === "" ? "" : " with local changes"}`;
  } catch {
    return "not a clone";
  }
}
