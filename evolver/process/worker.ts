/** One process for questions: started in the sandbox, spoken to line by line, killed at the first thing that is wrong. */
import type { Duplex, Readable } from "node:stream";
import { insidePath, NODE_TARGET } from "../../guardrails/sandbox/mounts.ts";
import type { Exit, Limits, Sandbox, SandboxProcess } from "../../guardrails/sandbox/sandbox.ts";
import { readLines } from "../../runtime/kernel/harness/lines.ts";
import { codeMounts } from "./mounts.ts";
import { LONGEST_TOLD } from "./wire.ts";

export interface WorkerOptions {
  readonly sandbox: Sandbox;
  /** File to start instead of the package's own. */
  readonly entry?: string | undefined;
}

export interface Worker {
  /** Does nothing once the process is gone. */
  send(line: string): void;
  /** The next line; undefined when no more will come. @throws LineTooLong */
  receive(): Promise<string | undefined>;
  kill(): void;
  /** Resolves when no process is left; never rejects. */
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly exit: Exit;
  /** The end of what it printed. */
  readonly stderr: string;
}

/**
 * Never throws for what cannot start: that has ended as `not_started`. It has no network, no environment, no file of a home, and
 * may write to a /tmp of its own only.
 * @throws RatchetError (infrastructure) when a package that it needs is missing
 */
export function startWorker({ sandbox, entry }: WorkerOptions): Worker {
  const { mounts, main } = codeMounts(entry);
  const child = sandbox.spawn({
    argv: (at) => [at(NODE_TARGET), "--no-warnings", `--max-old-space-size=${HEAP_MIB}`, at(main)],
    env: (at) => ({ PATH: insidePath(at), LANG: "C.UTF-8", HOME: "/tmp", TZ: "UTC" }),
    cwd: "/tmp",
    mounts,
    limits: LIMITS,
    channel: true,
  });
  const { channel } = child;
  const lines = channel && readLines(channel.iterator({ destroyOnReturn: false }), LONGEST_TOLD);
  return {
    send: (line) => {
      if (channel?.writable === true) channel.write(line);
    },
    receive: async () => {
      const next = await lines?.next();
      return next === undefined || next.done === true ? undefined : next.value;
    },
    kill: () => child.kill(),
    ended: endOf(child, channel),
  };
}

const MIB = 1024 * 1024;
const HEAP_MIB = 1024;
/** It lives as long as a cycle. A parsed harness and TypeScript's parser take some 300 MiB, a compiler beside them 200. */
const LIMITS: Limits = {
  wallMs: 24 * 60 * 60 * 1000,
  cpuSeconds: 3600,
  memoryBytes: 2048 * MIB,
  outputBytes: MIB,
  processes: 64,
  openFiles: 256,
  fileBytes: 16 * MIB,
};

async function endOf(child: SandboxProcess, channel: Duplex | undefined): Promise<Ended> {
  const printed = Promise.all([lastOf(child.stderr), lastOf(child.stdout)]);
  const exit = await child.exit;
  channel?.destroy();
  return { exit, stderr: (await printed).join("").trim() };
}

const KEPT_BYTES = 2048;

/** The sandbox bounds how much there is. */
async function lastOf(stream: Readable): Promise<string> {
  let last = Buffer.alloc(0);
  stream.on("error", () => undefined);
  stream.on("data", (chunk: Buffer) => {
    last = Buffer.concat([last, chunk]).subarray(-KEPT_BYTES);
  });
  await new Promise((resolve) => stream.once("close", resolve));
  return last.toString("utf8");
}
