/** The HTTP services of a task: each a script in a sandbox without network that listens on a Unix socket. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { verifierLimits } from "../../../guardrails/sandbox/defaults.ts";
import { insidePath, mountOf, nodeMount } from "../../../guardrails/sandbox/mounts.ts";
import type { Sandbox, SandboxProcess } from "../../../guardrails/sandbox/sandbox.ts";
import { RatchetError } from "../error.ts";
import type { Service, TaskOnDisk } from "./task.ts";

export interface Services {
  /** Host name to the Unix socket where it is served. */
  readonly sockets: ReadonlyMap<string, string>;
  /** Ends all of them and deletes their folders; safe to call more than once. Never rejects. */
  stop(): Promise<void>;
}

export interface ServicesOptions {
  /** Without a task there are no services. */
  readonly task: TaskOnDisk | undefined;
  readonly sandbox: Sandbox;
  /** Ends the services. */
  readonly signal: AbortSignal;
}

const START_MS = 15_000;
/** They live as long as the run, which has limits of its own. */
const LIFE_MS = 24 * 3600 * 1000;
/** The path of a Unix socket may have 104 bytes on macOS and 108 on Linux, so it does not go into TMPDIR. */
const PARENT = "/tmp";

/** @throws RatchetError (infrastructure) with what the script printed, when one does not come up */
export async function startServices({ task, sandbox, signal }: ServicesOptions): Promise<Services> {
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.splice(0).map(stopOne));
  };
  try {
    for (const service of task?.task.services ?? []) {
      if (task !== undefined) running.push(startOne(service, task, sandbox, signal));
    }
    await Promise.all(running.map((service) => untilReady(service, signal)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { sockets: new Map(running.map(({ host, socket }) => [host, socket])), stop };
}

interface Running {
  readonly host: string;
  readonly script: string;
  readonly socket: string;
  readonly folder: string;
  readonly process: SandboxProcess;
  /** The last part of what it printed. */
  said(): string;
}

function startOne(
  { host, script }: Service,
  task: TaskOnDisk,
  sandbox: Sandbox,
  signal: AbortSignal,
): Running {
  const folder = realpathSync(mkdtempSync(join(PARENT, "rs-")));
  const process = sandbox.spawn({
    argv: (at) => [at(nodeMount().target), at(`/verify/${script}`)],
    env: (at) => ({ PATH: insidePath(at), HOME: "/tmp", LANG: "C.UTF-8", SOCKET: at("/service/s") }),
    cwd: "/verify",
    mounts: [
      nodeMount(),
      mountOf(join(task.dir, "verify"), "/verify", "read"),
      { source: folder, target: "/service", access: "write" },
    ],
    limits: verifierLimits(LIFE_MS, { cpuSeconds: 3600 }),
    signal,
  });
  let said = "";
  const listen = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-4000);
  };
  process.stdout.on("data", listen);
  process.stderr.on("data", listen);
  return { host, script, socket: join(folder, "s"), folder, process, said: () => said };
}

async function untilReady(service: Running, signal: AbortSignal): Promise<void> {
  const { host, script, process } = service;
  const ended = process.exit.then((exit) => exit.kind);
  const deadline = performance.now() + START_MS;
  while (!(await accepts(service.socket))) {
    const end = await Promise.race([ended, delay(10, undefined)]);
    const why =
      end !== undefined
        ? `ended before it listened (${end})`
        : signal.aborted
          ? "was aborted"
          : performance.now() > deadline
            ? `does not listen on SOCKET after ${START_MS / 1000} s`
            : undefined;
    if (why === undefined) continue;
    const said = service.said().trim();
    throw new RatchetError(
      "infrastructure",
      `the service ${host} (verify/${script}) ${why}${said === "" ? "" : `:\n${said}`}`,
    );
  }
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((done) => {
    const client = connect(socket);
    client.on("connect", () => {
      client.destroy();
      done(true);
    });
    client.on("error", () => done(false));
  });
}

async function stopOne({ process, folder }: Running): Promise<void> {
  process.kill();
  await process.exit;
  rmSync(folder, { recursive: true, force: true });
}
