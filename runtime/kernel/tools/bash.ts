/** Runs a shell command in a sandbox of its own: the workspace writable, the skills readable, no network. */
import { existsSync } from "node:fs";
import { z } from "zod";
import { commandLimits } from "../../../guardrails/sandbox/defaults.ts";
import { insidePath, nodeMount } from "../../../guardrails/sandbox/mounts.ts";
import { runSandboxed, type RunResult } from "../../../guardrails/sandbox/run.ts";
import type { Mount, Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import type { ToolResult } from "../protocol.ts";
import { defineTool } from "./define.ts";
import { failed, succeeded } from "./result.ts";
import type { ToolContext } from "./tool.ts";

const DEFAULT_SECONDS = 120;
const MAX_SECONDS = 600;
/** An argument of a process may have 128 KiB on Linux. */
const MAX_COMMAND_BYTES = 100_000;

const Input = z.strictObject({
  command: z
    .string()
    .refine((text) => text.trim() !== "", "there is no command")
    .refine((text) => !text.includes("\0"), "a command cannot contain NUL")
    .refine(
      (text) => Buffer.byteLength(text) <= MAX_COMMAND_BYTES,
      "longer than 100,000 bytes: write a script and run that",
    ),
  timeout_seconds: z
    .number()
    .positive()
    .max(MAX_SECONDS)
    .optional()
    .describe(`${DEFAULT_SECONDS} when left out, ${MAX_SECONDS} at most`),
});
type Input = z.infer<typeof Input>;

export const bashTool = defineTool<Input>({
  name: "bash",
  description:
    "Run a shell command in the workspace. node and git are there; no network. Only the workspace outlives the command. " +
    "Gives stdout and stderr together, and the exit code when it is not 0.",
  capability: "execute",
  input: Input,
  action: ({ command }) => ({ capability: "execute", tool: "bash", command }),
  async run({ command, timeout_seconds = DEFAULT_SECONDS }, context) {
    const shell = existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh";
    const run = await runSandboxed(context.sandbox, {
      argv: () => [shell, "-c", startOf(context.sandbox, shell), shell, command],
      env: (at) => ({
        PATH: insidePath(at),
        HOME: "/tmp",
        LANG: "C.UTF-8",
        SKILLS: at("/skills"),
        ...GIT_ENV,
      }),
      cwd: "/workspace",
      mounts: mountsFor(context),
      limits: commandLimits(Math.ceil(timeout_seconds * 1000)),
      stdin: "",
      signal: context.signal,
    });
    return toResult(run, timeout_seconds);
  },
});

/** The workspace belongs to somebody else as git sees it, and there is no one to ask for a password. */
const GIT_ENV = {
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "safe.directory",
  GIT_CONFIG_VALUE_0: "*",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_PAGER: "cat",
  PAGER: "cat",
};

/** Where /tmp is the sandbox's own, git gets a default author there, which a repository's own settings override. */
function startOf(sandbox: Sandbox, shell: string): string {
  const ownTmp = sandbox.tier === "bwrap" || sandbox.tier === "unshare";
  const author = String.raw`printf '[user]\n\tname = agent\n\temail = agent@localhost\n' >/tmp/.gitconfig; `;
  return `${ownTmp ? author : ""}exec ${shell} -c "$1" 2>&1`;
}

function mountsFor(context: ToolContext): Mount[] {
  return [
    nodeMount(),
    { source: context.workspace, target: "/workspace", access: "write" },
    { source: context.skills, target: "/skills", access: "read" },
  ];
}

function toResult({ exit, stdout, stderr }: RunResult, seconds: number): ToolResult {
  const output = stdout + stderr;
  const and = (text: string): string => (output === "" ? text : `${output.replace(/\n$/, "")}\n${text}`);
  switch (exit.kind) {
    case "exited":
      if (exit.code === 0) return succeeded(output, { exit_code: 0 });
      return failed("failed", and(`exit code ${exit.code}`), { exit_code: exit.code });
    case "signaled":
      return failed("failed", and(`killed by ${exit.signal}`));
    case "timeout":
      return failed(
        "timeout",
        and(`stopped after ${seconds} s; timeout_seconds may be up to ${MAX_SECONDS}`),
      );
    case "memory":
      return failed("failed", and(`stopped: it used ${Math.round(exit.bytes / 1_048_576)} MiB of memory`));
    case "output":
      return failed(
        "failed",
        and(`stopped: it printed more than ${exit.bytes} bytes; send output to a file`),
      );
    case "aborted":
      return failed("failed", and("stopped: the run is being ended"));
    case "not_started":
      return failed("failed", `the command was not started: ${exit.reason}`);
    default:
      return exit satisfies never;
  }
}
