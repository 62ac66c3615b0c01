/** Every tier that works on this machine, and a folder to attack from. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { commandLimits } from "../../../guardrails/sandbox/defaults.ts";
import { probeTier } from "../../../guardrails/sandbox/probe.ts";
import { runSandboxed } from "../../../guardrails/sandbox/run.ts";
import type { RunResult } from "../../../guardrails/sandbox/run.ts";
import type { Limits, Mount, Sandbox, SandboxSpec } from "../../../guardrails/sandbox/sandbox.ts";

const probes = await Promise.all((["bwrap", "unshare"] as const).map(probeTier));

export const tiers: { tier: string; sandbox: Sandbox }[] = probes.flatMap(({ sandbox, report }) =>
  sandbox === undefined ? [] : [{ tier: report.tier, sandbox }],
);

/** A folder only its owner may enter, as homes often are. */
export function privateFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-test-")));
  onTestFinished(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export function folderIn(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path, { recursive: true });
  return path;
}

export interface Attack {
  readonly mounts?: readonly Mount[];
  readonly cwd?: string;
  readonly limits?: Partial<Limits>;
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
}

export function specOf(argv: readonly string[], attack: Attack = {}): SandboxSpec {
  const { limits = {}, mounts = [], env = {}, cwd = mounts[0]?.target ?? "/tmp", stdin, signal } = attack;
  return {
    argv: () => argv,
    env: () => ({ PATH: "/usr/bin:/bin", HOME: "/tmp", LANG: "C.UTF-8", ...env }),
    cwd,
    mounts,
    limits: { ...commandLimits(30_000), ...limits },
    ...(stdin === undefined ? {} : { stdin }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** Runs a bash script inside. It reports with `echo`; the last line, `ran`, proves that it came to its end. */
export function bash(sandbox: Sandbox, script: string, attack: Attack = {}): Promise<RunResult> {
  return runSandboxed(sandbox, specOf(["/bin/bash", "-c", `${script}\necho ran`], attack));
}

export function perl(sandbox: Sandbox, script: string, attack: Attack = {}): Promise<RunResult> {
  return runSandboxed(sandbox, specOf(["/usr/bin/perl", "-e", `$| = 1; ${script}; print "ran\\n";`], attack));
}

export async function eventually(what: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (what()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it did not happen within ten seconds");
}
