/** The same sandbox, with the times at which a harness was spawned and first heard of. */
import type { Sandbox } from "../../guardrails/sandbox/sandbox.ts";

export interface SpawnWatch {
  readonly sandbox: Sandbox;
  /** Milliseconds; NaN before it happened. Only processes with a channel count: those are harnesses. */
  spawned(): number;
  firstBytes(): number;
}

export function watchSpawn(inner: Sandbox): SpawnWatch {
  let spawned = Number.NaN;
  let firstBytes = Number.NaN;
  const sandbox: Sandbox = {
    tier: inner.tier,
    full: inner.full,
    spawn(spec) {
      if (spec.channel !== true) return inner.spawn(spec);
      spawned = performance.now();
      const child = inner.spawn(spec);
      child.channel?.once("data", () => (firstBytes = performance.now()));
      return child;
    },
  };
  return { sandbox, spawned: () => spawned, firstBytes: () => firstBytes };
}
