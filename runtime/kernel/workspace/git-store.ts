/** A private bare repository that holds snapshots. Git stores and delivers objects; it never sees a workspace. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { RatchetError, messageOf } from "../error.ts";
import { codeOf } from "./dir.ts";

export type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Makes the repository when it is missing. Two processes may do so at once. */
export async function ensureStore(store: string): Promise<void> {
  if (await exists(join(store, "HEAD"))) return;
  const parent = dirname(store);
  await mkdir(parent, { recursive: true });
  const fresh = await mkdtemp(join(parent, `.${basename(store)}-`));
  try {
    const init = startGit(fresh, ["init", "--quiet", "--bare", "--template=", "--object-format=sha1", fresh]);
    await finish(init, "git init");
    await rename(fresh, store).catch(async (error: unknown) => {
      const wasFaster = codeOf(error) === "ENOTEMPTY" || codeOf(error) === "EEXIST";
      if (!wasFaster || !(await exists(join(store, "HEAD")))) throw error;
    });
  } catch (error) {
    if (error instanceof RatchetError) throw error;
    throw new RatchetError("infrastructure", `${store} cannot be made: ${messageOf(error)}`);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Starts a git command with nothing of the user's settings, and none that would start other programs. */
export function startGit(store: string, args: readonly string[]): GitProcess {
  const child = spawn("git", [...SETTINGS, ...args], {
    cwd: "/",
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: "/nonexistent",
      LC_ALL: "C",
      GIT_DIR: store,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
    },
  });
  // A command that fails closes its end early; how it ended tells more than the broken pipe.
  child.stdin.on("error", () => {});
  return child;
}

/**
 * Lets `feed` write the input, reads the output meanwhile, and waits for the end.
 * @throws what `feed` throws; RatchetError (infrastructure) when the command failed
 */
export async function finish(
  child: GitProcess,
  name: string,
  feed?: (input: Writable) => Promise<void>,
): Promise<string> {
  const ended = new Promise<number | string>((done) => {
    child.on("error", (error) => done(error.message));
    child.on("close", (code, signal) => done(code ?? signal ?? "unknown"));
  });
  const all = Promise.all([textOf(child.stdout), textOf(child.stderr), ended]);
  try {
    await feed?.(child.stdin);
  } catch (error) {
    child.kill("SIGKILL");
    await all;
    throw error;
  }
  child.stdin.end();
  const [output, errors, code] = await all;
  if (code === 0) return output;
  throw new RatchetError(
    "infrastructure",
    `${name} failed (${code}): ${errors.trim() || "no message"}`,
    code === "spawn git ENOENT" ? "Install git." : undefined,
  );
}

/** Waits until the other side has taken what was written, or is gone. */
export async function send(stream: Writable, data: string | Uint8Array): Promise<void> {
  if (stream.write(data) || stream.destroyed) return;
  await new Promise<void>((done) => {
    const settle = (): void => {
      stream.off("drain", settle).off("close", settle).off("error", settle);
      done();
    };
    stream.on("drain", settle).on("close", settle).on("error", settle);
  });
}

const SETTINGS = [
  "-c",
  "gc.auto=0",
  "-c",
  "maintenance.auto=false",
  "-c",
  "core.compression=1",
  "-c",
  "pack.compression=1",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "safe.directory=*",
];

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
