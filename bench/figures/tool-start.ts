/** A tool call that does nothing in a sandbox of its own, on each tier that works here. */
import { CONFINING, probeTier } from "../../guardrails/sandbox/probe.ts";
import { commandLimits } from "../../guardrails/sandbox/defaults.ts";
import type { Sandbox } from "../../guardrails/sandbox/sandbox.ts";
import { bashTool } from "../../runtime/kernel/tools/bash.ts";
import { createToolHost, type ToolHost } from "../../runtime/kernel/tools/host.ts";
import { createScratch } from "../../runtime/kernel/workspace/scratch.ts";
import type { Bench, Figure, Row } from "../figure.ts";
import { summary, timed } from "../stats.ts";

const BAR_MS = 20;
const CALLS = 60;
const MIB = 1024 * 1024;
const BALLAST_BYTES = 400 * MIB;

export const toolStart: Figure = {
  name: "tool-start",
  about: "a sandboxed tool call: `bash` with `true`, on each tier that works here",
  async measure(bench) {
    const rows: Row[] = [];
    for (const tier of CONFINING) {
      const { sandbox } = await probeTier(tier);
      if (sandbox !== undefined) rows.push(...(await measureTier(bench, sandbox)));
    }
    return rows;
  },
};

async function measureTier(bench: Bench, sandbox: Sandbox): Promise<Row[]> {
  const { shipped } = await bench.home();
  await using workspace = await createScratch({ kind: "empty" });
  const host = createToolHost({
    tools: [bashTool],
    policy: { allow: [], ask: [], deny: [], hosts: [] },
    context: {
      workspace: workspace.dir,
      skills: shipped.skills,
      sandbox,
      hosts: [],
      services: new Map(),
      signal: bench.signal,
    },
  });
  const calls: number[] = [];
  const starts: number[] = [];
  for (let n = 0; n < CALLS; n++) {
    calls.push(await timed(() => callTrue(host)));
    starts.push(await untilFirstByte(sandbox));
  }
  return [
    summary(`sandboxed tool call (${sandbox.tier})`, "ms", calls, {
      bar: BAR_MS,
      note: `\`bash\` with \`true\`, call to result; ${residentMib()} MiB resident here`,
    }),
    summary("… a bare `sh -c echo`, until its first byte", "ms", starts, {
      note: "by turns with the calls; no mounts, its end not awaited",
    }),
    await fromLargeProcess(host),
  ];
}

/** A spawn forks, and a fork takes longer the more memory the process has: a long cycle is such a process. */
async function fromLargeProcess(host: ToolHost): Promise<Row> {
  const calls: number[] = [];
  const ballast = new ArrayBuffer(BALLAST_BYTES);
  new Uint8Array(ballast).fill(1);
  for (let n = 0; n < CALLS / 2; n++) calls.push(await timed(() => callTrue(host)));
  const note = `with ${BALLAST_BYTES / MIB} MiB more: ${residentMib()} MiB resident here`;
  // Gives the memory back at once, whenever the collector comes.
  ballast.transfer(0);
  return summary("… a call, from a large process", "ms", calls, { note });
}

function residentMib(): number {
  return Math.round(process.memoryUsage.rss() / MIB);
}

async function callTrue(host: ToolHost): Promise<void> {
  const { result } = await host.call({ id: "call", name: "bash", input: { command: "true" } });
  if (result.exit_code !== 0) throw new Error(`\`true\` failed: ${result.content}`);
}

async function untilFirstByte(sandbox: Sandbox): Promise<number> {
  const began = performance.now();
  const child = sandbox.spawn({
    argv: () => ["/bin/sh", "-c", "echo"],
    env: () => ({ PATH: "/usr/bin:/bin" }),
    cwd: "/tmp",
    mounts: [],
    limits: commandLimits(10_000),
  });
  child.stderr.resume();
  let first = Number.NaN;
  child.stdout.once("data", () => (first = performance.now() - began));
  const exit = await child.exit;
  if (Number.isNaN(first)) throw new Error(`\`echo\` printed nothing in ${sandbox.tier}: ${exit.kind}`);
  return first;
}
