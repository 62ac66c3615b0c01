/** Starts a launcher that a tier has put together, enforces the limits and says how it ended. */
import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { Readable } from "node:stream";
import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { ending, exitOf } from "./exit.ts";
import { CHANNEL_FD, STATUS_FD, descriptorsFor } from "./launch.ts";
import type { Launch } from "./launch.ts";
import { watchTree } from "./limits.ts";
import type { Exit, SandboxProcess, SandboxSpec } from "./sandbox.ts";
import { childrenOf, descendantsOf, identify, isAlive } from "./tree.ts";
import type { ProcessId } from "./tree.ts";

/** Never throws: what cannot start is a process that has already ended as `not_started`. */
export function supervise(spec: SandboxSpec, prepare: () => Launch | string): SandboxProcess {
  if (spec.signal?.aborted === true) return ended({ kind: "aborted" });
  let launch: Launch | string;
  try {
    launch = prepare();
  } catch (error) {
    return ended({ kind: "not_started", reason: `the sandbox could not be prepared: ${message(error)}` });
  }
  return typeof launch === "string" ? ended({ kind: "not_started", reason: launch }) : start(spec, launch);
}

function start(spec: SandboxSpec, launch: Launch): SandboxProcess {
  let child: ChildProcess;
  try {
    child = spawn(launch.file, [...launch.args], {
      cwd: launch.cwd,
      env: { ...launch.env },
      // A session of its own, hence no controlling terminal and a share of processor time apart from ours.
      detached: true,
      stdio: descriptorsFor(spec, launch),
    });
  } catch (error) {
    return ended({ kind: "not_started", reason: `${launch.file}: ${message(error)}` });
  } finally {
    for (const fd of launch.fds) closeSync(fd);
  }
  return new Supervised(spec, launch, child);
}

class Supervised implements SandboxProcess {
  readonly channel: Duplex | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #launch: Launch;
  #cause: Exit | undefined;
  #ended = false;
  #grace: NodeJS.Timeout | undefined;
  #outputBytes = 0;
  #status = "";
  #errorHead = "";
  /** Processes whose end is the end of the whole tree. */
  readonly #inits = new Map<number, ProcessId>();

  constructor(spec: SandboxSpec, launch: Launch, child: ChildProcess) {
    this.#child = child;
    this.#launch = launch;
    this.channel =
      spec.channel === true
        ? ((child.stdio[CHANNEL_FD] as Duplex | null | undefined) ?? undefined)
        : undefined;
    // A harness that dies in the middle of a line must not take the kernel down with it.
    this.channel?.on("error", ignore);
    child.stdin?.on("error", ignore).end(spec.stdin);
    this.stdout = this.#metered(child.stdout, spec.limits.outputBytes);
    this.stderr = this.#metered(child.stderr, spec.limits.outputBytes, launch.lastWords);
    child.stderr?.on(
      "data",
      (chunk: Buffer) => (this.#errorHead = (this.#errorHead + chunk.toString("utf8")).slice(0, 2000)),
    );
    this.exit = this.#run(spec);
  }

  kill(): void {
    this.#end({ kind: "signaled", signal: "SIGKILL" });
  }

  async #run(spec: SandboxSpec): Promise<Exit> {
    const { limits } = spec;
    const wall = setTimeout(
      () => this.#end({ kind: "timeout", ms: limits.wallMs }),
      Math.min(limits.wallMs, MAX_TIMER_MS),
    );
    const abort = (): void => this.#end({ kind: "aborted" });
    spec.signal?.addEventListener("abort", abort, { once: true });
    const watch = watchTree(this.#child.pid ?? 0, limits, (excess) =>
      this.#end(excess.kind === "memory" ? excess : { kind: "signaled", signal: "SIGKILL" }),
    );
    try {
      const streams = [this.#child.stdout, this.#child.stderr, this.#readStatus()].map(closed);
      const end = await ending(this.#child);
      this.#ended = true;
      watch.stop();
      clearTimeout(this.#grace);
      await this.#allGone(Promise.all(streams));
      return this.#cause ?? exitOf(end, this.#launch, this.#status, this.#errorHead);
    } finally {
      clearTimeout(wall);
      clearTimeout(this.#grace);
      watch.stop();
      spec.signal?.removeEventListener("abort", abort);
    }
  }

  #end(cause: Exit): void {
    if (this.#ended || this.#cause !== undefined) return;
    this.#cause = cause;
    const { pid } = this.#child;
    if (pid === undefined) return;
    // With a signal pending it can no longer fork, so that what we see below it is all there will be.
    send(pid, "SIGSTOP");
    const below = this.#launch.readStatus === undefined ? descendantsOf(pid) : childrenOf(pid);
    for (const each of below) {
      this.#remember(each);
      send(each, "SIGKILL");
    }
    if (below.length === 0 || this.#launch.readStatus === undefined) return this.#endLauncher(pid);
    // The launcher collects the namespace's first process; killed at once, it would leave that to the host.
    send(pid, "SIGCONT");
    this.#grace = setTimeout(() => this.#endLauncher(pid), GRACE_MS);
  }

  #endLauncher(pid: number): void {
    if (this.#ended) return;
    send(-pid, "SIGKILL");
    send(pid, "SIGKILL");
  }

  /** Waits for the tree; the launcher's own end takes the tree with it, but not at the same instant. */
  async #allGone(streamsClosed: Promise<unknown>): Promise<void> {
    if (this.#launch.readStatus === undefined) send(-(this.#child.pid ?? NO_PID), "SIGKILL");
    await this.#initsGone();
    await streamsClosed;
    await this.#initsGone();
  }

  async #initsGone(): Promise<void> {
    for (const id of this.#inits.values()) {
      while (isAlive(id)) {
        send(id.pid, "SIGKILL");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  #remember(pid: number): void {
    const id = this.#inits.has(pid) ? undefined : identify(pid);
    if (id !== undefined) this.#inits.set(pid, id);
  }

  #readStatus(): Readable | null {
    const { readStatus } = this.#launch;
    if (readStatus === undefined) return null;
    const stream = this.#child.stdio[STATUS_FD] as Readable | null;
    stream?.on("data", (chunk: Buffer) => {
      this.#status += chunk.toString("utf8");
      const { init } = readStatus(this.#status);
      for (const pid of init === undefined ? childrenOf(this.#child.pid ?? NO_PID) : [init])
        this.#remember(pid);
    });
    return stream;
  }

  #metered(source: Readable | null, limit: number, lastWords?: RegExp): Readable {
    // What comes after the kill is little, and held back to see its end.
    const held: Buffer[] = [];
    // Read at once whether or not anybody listens: the limit bounds what is held, and a full pipe would stall the tree.
    const out = new Readable({ read: ignore });
    if (source === null) out.push(null);
    source?.on("error", ignore);
    source?.on("data", (chunk: Buffer) => {
      const room = limit - this.#outputBytes;
      this.#outputBytes += chunk.length;
      if (room > 0 && lastWords !== undefined && this.#cause !== undefined)
        held.push(chunk.subarray(0, room));
      else if (room > 0) out.push(chunk.subarray(0, room));
      if (this.#outputBytes > limit) this.#end({ kind: "output", bytes: this.#outputBytes });
    });
    source?.once("close", () => {
      const end = Buffer.concat(held).toString("latin1");
      if (held.length > 0) out.push(Buffer.from(end.replace(lastWords ?? "", ""), "latin1"));
      out.push(null);
    });
    return out;
  }
}

/** How long a launcher may take to end after its child was killed. */
const GRACE_MS = 250;
const MAX_TIMER_MS = 2 ** 31 - 1;
/** No process has it; signalling it does nothing. */
const NO_PID = 2 ** 31 - 1;

function closed(stream: Readable | null): Promise<void> {
  return stream === null || stream.closed
    ? Promise.resolve()
    : new Promise((resolve) => stream.once("close", () => resolve()));
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already, which is what was wanted.
  }
}

function ended(exit: Exit): SandboxProcess {
  return {
    channel: undefined,
    stdout: Readable.from([]),
    stderr: Readable.from([]),
    exit: Promise.resolve(exit),
    kill: ignore,
  };
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function ignore(): void {}
