/** A check that is a command: in a sandbox of its own, where it can change nothing. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { verifierLimits } from "../../../guardrails/sandbox/defaults.ts";
import { insidePath, mountOf, nodeMount } from "../../../guardrails/sandbox/mounts.ts";
import { runSandboxed, type RunResult } from "../../../guardrails/sandbox/run.ts";
import type { Mount } from "../../../guardrails/sandbox/sandbox.ts";
import { messageOf } from "../error.ts";
import { codeOf } from "../workspace/dir.ts";
import { findEscapingLink } from "../workspace/escaping-link.ts";
import type { Checked, VerifyOptions } from "./verification.ts";

const CHECK_MS = 120_000;

/**
 * A link that the run left is followed where the truth can be read: one to `/verify/expected.txt` would be equal to it.
 * So a workspace with a link that leads out of it fails, before the command runs.
 */
export async function runCheck(command: readonly string[], options: VerifyOptions): Promise<Checked> {
  const obstacle = await linkObstacle(options.workspace);
  if (obstacle !== undefined) {
    return { verdict: "fail", detail: `${command.join(" ")} was not run: ${obstacle}` };
  }
  const inside = (at: (target: string) => string) => (part: string) =>
    /^\/(?:verify|workspace)(?:\/|$)/.test(part) ? at(part) : part;
  const run = await runSandboxed(options.sandbox, {
    argv: (at) => command.map(inside(at)),
    env: (at) => ({
      PATH: insidePath(at),
      HOME: "/tmp",
      LANG: "C.UTF-8",
      WORKSPACE: at("/workspace"),
      VERIFY: at("/verify"),
    }),
    cwd: "/workspace",
    mounts: mountsFor(options),
    limits: verifierLimits(CHECK_MS),
    stdin: "",
    signal: options.signal,
  });
  return judge(command.join(" "), run);
}

/** What cannot be looked at by us is not shown to the verifier either, whoever made it so. */
async function linkObstacle(workspace: string): Promise<string | undefined> {
  try {
    const search = await findEscapingLink(workspace, "/workspace");
    switch (search.kind) {
      case "none":
        return undefined;
      case "found":
        return `the link ${search.path} leads out of the workspace, to ${search.target}`;
      case "unknown":
        return `the workspace cannot be searched for links that lead out of it: ${search.why}`;
      default:
        return search satisfies never;
    }
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return `the workspace cannot be searched for links that lead out of it: ${messageOf(error)}`;
  }
}

function mountsFor({ task, workspace }: VerifyOptions): Mount[] {
  const verify = join(task.dir, "verify");
  return [
    nodeMount(),
    { source: workspace, target: "/workspace", access: "read" },
    ...(existsSync(verify) ? [mountOf(verify, "/verify", "read")] : []),
  ];
}

/** Exit 0 passes; a verifier that says no exits with 1 to 125; everything else did not get as far as an answer. */
function judge(command: string, { exit, stdout, stderr }: RunResult): Checked {
  const output = lastLines(`${stdout}\n${stderr}`);
  const because = output === "" ? "" : `: ${output}`;
  switch (exit.kind) {
    case "exited":
      if (exit.code === 0) return { verdict: "pass", detail: `${command} exited with 0` };
      if (exit.code > 125 || cannotStart(stderr)) {
        return { verdict: "error", detail: `${command} did not run (exit code ${exit.code})${because}` };
      }
      return { verdict: "fail", detail: `${command} exited with ${exit.code}${because}` };
    case "signaled":
      return { verdict: "error", detail: `${command} was killed by ${exit.signal}${because}` };
    case "timeout":
      return { verdict: "error", detail: `${command} took longer than ${exit.ms / 1000} s` };
    case "memory":
      return { verdict: "error", detail: `${command} was stopped at ${exit.bytes} bytes of memory` };
    case "output":
      return { verdict: "error", detail: `${command} printed more than ${exit.bytes} bytes` };
    case "aborted":
      return { verdict: "error", detail: `${command} was aborted` };
    case "not_started":
      return { verdict: "error", detail: `${command} was not started: ${exit.reason}` };
    default:
      return exit satisfies never;
  }
}

/**
 * Node gives exit code 1 also to a verifier that it cannot load: that says nothing about the run. A file of the
 * workspace that cannot be loaded says a lot.
 */
function cannotStart(stderr: string): boolean {
  if (!/^Node\.js v\d+/m.test(stderr)) return false;
  if (
    /Cannot find (?:module|package) '/.test(stderr) &&
    /ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND/.test(stderr)
  ) {
    return !/Cannot find (?:module|package) '\/workspace\//.test(stderr);
  }
  return (
    /^SyntaxError:/m.test(stderr) &&
    !/^(?:file:\/\/)?\/workspace\/.*:\d+$/m.test(stderr) &&
    !/at JSON\.parse/.test(stderr) &&
    /compileSourceTextModule|wrapSafe|ModuleJob/.test(stderr)
  );
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-20).join("\n").slice(-2000).toWellFormed();
}
