/** The harness as a process: started in the sandbox, spoken to in JSON lines, killed when it does not end. */
import type { Exit, Limits, Sandbox, SandboxProcess } from "../../../guardrails/sandbox/sandbox.ts";
import { z } from "zod";
import { messageOf } from "../error.ts";
import { packageFile } from "../package.ts";
import { MAX_LINE_BYTES, Request, type Hello, type KernelEvent, type Response } from "../protocol.ts";
import { lineReader } from "./lines.ts";

/** Requests that may wait for their answer at once; while there are more, nothing is read from the harness. */
const MAX_IN_FLIGHT = 64;
/** Requests with wrong parameters that are answered; one more, and the harness is taken for broken. */
const MAX_REFUSED = 100;
const MAX_STDERR_BYTES = 64 * 1024;

export interface HarnessOptions {
  readonly sandbox: Sandbox;
  /** Folder of the release with the stripped harness files, `main.ts` among them. */
  readonly code: string;
  readonly limits: Limits;
  /** Answers one request. A rejection is a bug of the kernel and ends the run. */
  readonly serve: (request: Request) => Promise<Response>;
  /** The harness sent something that is not a request, or too much of it. It is killed after this. */
  readonly onBroken: (detail: string) => void;
}

export interface HarnessProcess {
  send(message: Hello | Response | KernelEvent): void;
  kill(): void;
  /** Resolves when no process is left; never rejects. */
  readonly ended: Promise<{ exit: Exit; stderr: string }>;
}

export function startHarness(options: HarnessOptions): HarnessProcess {
  const child = options.sandbox.spawn({
    argv: (at) => [
      at("/opt/node/bin/node"),
      "--no-warnings",
      "--max-old-space-size=512",
      at("/kernel/boot.mjs"),
      at("/genome/harness"),
    ],
    env: () => ({ LANG: "C.UTF-8", HOME: "/tmp", TZ: "UTC" }),
    cwd: "/genome/harness",
    mounts: [
      { source: process.execPath, target: "/opt/node/bin/node", access: "read" },
      { source: packageFile("runtime/kernel/harness/boot.mjs"), target: "/kernel/boot.mjs", access: "read" },
      { source: options.code, target: "/genome/harness", access: "read" },
    ],
    limits: options.limits,
    channel: true,
  });
  const stderr = collect(child);
  converse(child, options);
  return {
    send: (message) => write(child, message),
    kill: () => child.kill(),
    ended: child.exit.then((exit) => ({ exit, stderr: stderr() })),
  };
}

/** Reads requests in order and serves them concurrently, with back-pressure. */
function converse(child: SandboxProcess, options: HarnessOptions): void {
  const { channel } = child;
  if (channel === undefined) return;
  let inFlight = 0;
  let refused = 0;
  let broken = false;
  const fail = (detail: string): void => {
    if (broken) return;
    broken = true;
    options.onBroken(detail);
    child.kill();
  };
  const serve = async (request: Request): Promise<void> => {
    inFlight++;
    if (inFlight >= MAX_IN_FLIGHT) channel.pause();
    try {
      write(child, await options.serve(request));
    } catch (error) {
      fail(`the kernel failed to answer: ${messageOf(error)}`);
    } finally {
      inFlight--;
      if (inFlight < MAX_IN_FLIGHT) channel.resume();
    }
  };
  const receive = (line: string): void => {
    if (broken) return;
    const parsed = parseRequest(line);
    if (parsed.kind === "request") void serve(parsed.request);
    else if (parsed.kind === "broken" || ++refused > MAX_REFUSED) fail(parsed.detail);
    else write(child, refusal(parsed.id, parsed.detail));
  };
  const reader = lineReader(MAX_LINE_BYTES, receive, () => fail(`a line is longer than ${MAX_LINE_BYTES} bytes`));
  channel.on("data", (chunk: Buffer) => reader.push(chunk));
  // The process is gone or closed its end; `ended` tells how.
  channel.on("error", () => undefined);
}

type Parsed =
  | { readonly kind: "request"; readonly request: Request }
  | { readonly kind: "invalid"; readonly id: number; readonly detail: string }
  | { readonly kind: "broken"; readonly detail: string };

const Envelope = z.object({ id: z.number().int().nonnegative(), method: z.string() });

/** A line with an id gets an answer, also when its parameters are wrong; any other garbage ends the conversation. */
function parseRequest(line: string): Parsed {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { kind: "broken", detail: `a line is not JSON: ${JSON.stringify(line.slice(0, 200))}` };
  }
  const parsed = Request.safeParse(json);
  if (parsed.success) return { kind: "request", request: parsed.data };
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) {
    return { kind: "broken", detail: `a line is not a request: ${JSON.stringify(json).slice(0, 200)}` };
  }
  const { id, method } = envelope.data;
  if (!METHODS.has(method)) {
    return { kind: "invalid", id, detail: `unknown method "${method.slice(0, 64)}"; there are ${[...METHODS].join(", ")}` };
  }
  const issue = parsed.error.issues[0];
  return { kind: "invalid", id, detail: `${method}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}` };
}

const METHODS: ReadonlySet<string> = new Set(Request.options.map((option) => option.shape.method.value));

function refusal(id: number, message: string): Response {
  return { type: "response", id, error: { code: "invalid_request", message, retryable: false } };
}

function write(child: SandboxProcess, message: Hello | Response | KernelEvent): void {
  if (child.channel?.writable === true) child.channel.write(`${JSON.stringify(message)}\n`);
}

function collect(child: SandboxProcess): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  const keep = (chunk: Buffer): void => {
    if (size >= MAX_STDERR_BYTES) return;
    size += chunk.length;
    chunks.push(chunk);
  };
  child.stderr.on("data", keep);
  child.stdout.on("data", keep);
  return () => Buffer.concat(chunks).subarray(0, MAX_STDERR_BYTES).toString("utf8");
}
