/** The checks every tier makes before it starts anything. */
import { posix } from "node:path";
import { checkMounts, isPlaced, refuseLimits } from "./mounts.ts";
import type { Mount, SandboxSpec } from "./sandbox.ts";

export interface Prepared {
  readonly mounts: readonly Mount[];
  readonly argv: readonly string[];
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly cwd: string;
}

/**
 * Resolves a spec for a tier whose inside paths are given by `at`; `placed` says whether targets exist as such.
 * Returns the reason, as text, when it cannot run.
 */
export function prepare(
  spec: SandboxSpec,
  placed: boolean,
  at: (target: string) => string,
): Prepared | string {
  const mounts = checkMounts(spec.mounts, placed);
  if (typeof mounts === "string") return mounts;
  const cwd = posix.normalize(spec.cwd);
  if (!isPlaced(mounts, cwd)) return `the working folder ${JSON.stringify(spec.cwd)} lies in no mount`;
  const argv = spec.argv(at);
  const env = Object.entries(spec.env(at));
  const reason = refuseLimits(spec.limits) ?? refuseArgv(argv) ?? refuseEnv(env);
  return reason ?? { mounts, argv, env, cwd: at(cwd) };
}

function refuseArgv(argv: readonly string[]): string | undefined {
  if (argv[0] === undefined || argv[0] === "") return "the command is empty";
  if (argv[0].startsWith("-")) return `the command ${JSON.stringify(argv[0])} looks like an option`;
  return argv.some((part) => part.includes("\0")) ? "an argument contains a NUL character" : undefined;
}

function refuseEnv(env: readonly (readonly [string, string])[]): string | undefined {
  const bad = env.find(([name, value]) => name === "" || /[=\0]/.test(name) || value.includes("\0"));
  return bad === undefined ? undefined : `the environment variable ${JSON.stringify(bad[0])} cannot be set`;
}
