/** The program as a user runs it: `launch.cjs` in a process of its own. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { z } from "zod";

export const LAUNCHER = fileURLToPath(new URL("../../runtime/cli/launch.cjs", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AgentOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The node to start it with; the one of the tests when absent. */
  readonly node?: string;
}

/** Runs it to its end. */
export function agent(args: readonly string[], options: AgentOptions = {}): Promise<Ended> {
  return ended(startAgent(args, options));
}

/** Starts it in a process group of its own, as a shell does. */
export function startAgent(args: readonly string[], options: AgentOptions = {}): ChildProcess {
  return spawn(options.node ?? process.execPath, [LAUNCHER, ...args], {
    cwd: options.cwd,
    env: { ...baseEnv(), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

export function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** The one JSON value on stdout; fails when there is anything else, there or on stderr. */
export async function agentJson(
  args: readonly string[],
  options: AgentOptions & { code?: number } = {},
): Promise<unknown> {
  const { code, stdout, stderr } = await agent([...args, "--json"], options);
  expect({ args, code, stderr }).toEqual({ args, code: options.code ?? 0, stderr: "" });
  expect(stdout.endsWith("\n")).toBe(true);
  return JSON.parse(stdout);
}

/** The same, of a known shape. */
export async function agentJsonAs<T extends z.ZodType>(
  shape: T,
  args: readonly string[],
  options: AgentOptions & { code?: number } = {},
): Promise<z.infer<T>> {
  return shape.parse(await agentJson(args, options));
}

/** A folder that is gone when the tests are over; scratch folders of the program go there, too. */
export function sandboxFolder(): { dir: string; temporary: string; [Symbol.dispose](): void } {
  const dir = mkdtempSync(join(tmpdir(), "agent-e2e-"));
  const temporary = mkdtempSync(join(dir, "tmp-"));
  return { dir, temporary, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A node of this machine that is too old to run Ratchet itself. */
export function oldNode(): string | undefined {
  const found = spawnSync(
    "/bin/sh",
    ["-c", "IFS=:; for d in $PATH /usr/bin /usr/local/bin; do echo $d/node; done"],
    {
      encoding: "utf8",
    },
  );
  return found.stdout.split("\n").find((node) => {
    if (!existsSync(node)) return false;
    const { stdout } = spawnSync(node, ["-p", "process.versions.node"], { encoding: "utf8" });
    return Number(stdout.split(".")[0]) < 24;
  });
}

/** Processes that have to do with `folder`: in their words, their environment, or what is mounted for them. */
export function processesOf(folder: string): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) =>
      ["cmdline", "environ", "mountinfo"].some((file) => read(`/proc/${pid}/${file}`).includes(folder)),
    )
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`);
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

/** Waits until it holds; the test's own time limit ends a wait that is in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Nothing of the machine's or the user's own setup. */
function baseEnv(): Record<string, string> {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }) };
}
