/** Run as a program of its own by `parent.test.ts`: confines a command and says how it went. */
import { statSync } from "node:fs";
import { probeTier } from "../../../guardrails/sandbox/probe.ts";
import { runSandboxed } from "../../../guardrails/sandbox/run.ts";
import { commandLimits } from "../../../guardrails/sandbox/defaults.ts";

const [tier = "bwrap", workspace = "/nonexistent", script = "true"] = process.argv.slice(2);
const { sandbox, report } = await probeTier(tier as "bwrap" | "unshare");
if (sandbox === undefined) throw new Error(`${tier}: ${report.detail}`);
const { exit, stdout, stderr } = await runSandboxed(sandbox, {
  argv: () => ["/bin/bash", "-c", script],
  env: () => ({ PATH: "/usr/bin:/bin" }),
  cwd: "/workspace",
  mounts: [{ source: workspace, target: "/workspace", access: "write" }],
  limits: commandLimits(60_000, { processes: 40 }),
});
console.log(
  JSON.stringify({ uid: process.getuid?.(), owner: statSync(workspace).uid, exit, stdout, stderr }),
);
