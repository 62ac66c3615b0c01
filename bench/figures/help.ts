/** `agent --help`, as a person starts it, by turns with a node that does nothing. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Figure, Row } from "../figure.ts";
import { systemNode } from "../machine.ts";
import { median, summary } from "../stats.ts";
import { CLONE } from "../support/child.ts";

const PAIRS = 20;
/** What stripping the types may cost a clone, in milliseconds. */
const STRIPPING_MS = 80;

export const help: Figure = {
  name: "help",
  about: "`agent --help` beside `node -e 0`: in this clone, and packed with --packed",
  async measure({ packed, temp }) {
    const rows = pairs("agent --help, clone", [CLONE, "--help"], temp, STRIPPING_MS);
    rows.push(...pairs("agent run --help, clone", [CLONE, "run", "--help"], temp, undefined));
    if (packed !== undefined)
      rows.push(...pairs("agent --help, packed", [packedLauncher(packed), "--help"], temp, 0));
    return rows;
  },
};

/** @param allowance milliseconds above twice the empty node; no bar when undefined */
function pairs(what: string, args: readonly string[], cwd: string, allowance: number | undefined): Row[] {
  const empty: number[] = [];
  const full: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    empty.push(startUp(["-e", "0"], cwd));
    full.push(startUp(args, cwd));
  }
  const base = median(empty);
  const note = `node -e 0 takes ${base.toFixed(1)} ms`;
  return [
    summary(what, "ms", full, { note, ...(allowance === undefined ? {} : { bar: 2 * base + allowance }) }),
  ];
}

function startUp(args: readonly string[], cwd: string): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(systemNode(), args, { cwd, encoding: "utf8" });
  const ms = performance.now() - began;
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr.slice(-500)}`);
  return ms;
}

function packedLauncher(folder: string): string {
  const launcher = join(folder, "node_modules", "ratchet-agent", "runtime", "cli", "launch.cjs");
  if (existsSync(launcher)) return launcher;
  throw new Error(
    `${launcher} is missing; make it with: npm pack, then npm install ratchet-agent-*.tgz in ${folder}`,
  );
}
