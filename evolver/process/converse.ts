/** The outer side of one question: asks, and takes nothing of what comes back on trust. */
import { messageOf } from "../../runtime/kernel/error.ts";
import { LineTooLong } from "../../runtime/kernel/harness/lines.ts";
import { excessOf } from "../../runtime/kernel/harness/parse-request.ts";
import type { ModelRequest } from "../../runtime/kernel/protocol.ts";
import { describeExit } from "../../runtime/kernel/run/session-end.ts";
import { Told, type Answer } from "./wire.ts";
import type { Worker } from "./worker.ts";

export interface Asked<T> {
  readonly id: number;
  /** The question as it goes over the wire. */
  readonly line: string;
  /** How long the process may take for its next word, in milliseconds. The model's time is not the process's. */
  readonly turnMs: number;
  readonly signal: AbortSignal;
  /** Makes the answer of what the process says last. @throws when that is not what was asked for */
  readonly read: (told: LastWord) => T;
  /** Answers what the process asks the model, or says why it may not; absent where it may not ask at all. */
  readonly askModel?: (
    request: ModelRequest,
    bytes: number,
  ) => Promise<Answer | { readonly refused: string }>;
}

/** What ends a question. */
export type LastWord = Exclude<Told, { readonly type: "ask" | "failed" }>;

export type Ending<T> =
  | { readonly kind: "answered"; readonly value: T }
  /** What was asked for threw. The process is as good as before. */
  | { readonly kind: "failed"; readonly message: string }
  /** The process is gone, by itself. */
  | { readonly kind: "died"; readonly message: string }
  /** It said what it must not, or nothing in time: it has to be killed. */
  | { readonly kind: "broken"; readonly message: string };

/** @throws the reason of the signal, when it is aborted; the process has to be killed then */
export async function converse<T>(worker: Worker, asked: Asked<T>): Promise<Ending<T>> {
  const { id, signal, askModel } = asked;
  worker.send(asked.line);
  for (;;) {
    const heard = await hear(worker, asked);
    if ("kind" in heard) return heard;
    const { told, bytes } = heard;
    if (told.id !== id) return broken("it answered what it was not asked");
    if (told.type === "failed") return { kind: "failed", message: told.message };
    if (told.type !== "ask") return readBy(asked, told);
    if (askModel === undefined) return broken("it asked the model, and may not");
    const answer = await askModel(told.request, bytes);
    signal.throwIfAborted();
    if ("refused" in answer) return broken(answer.refused);
    worker.send(`${JSON.stringify(answer)}\n`);
  }
}

type Stopped = Exclude<Ending<never>, { readonly kind: "answered" }>;
type Heard = { readonly told: Told; readonly bytes: number } | Stopped;

async function hear(worker: Worker, { turnMs, signal }: Asked<unknown>): Promise<Heard> {
  let line: string | undefined;
  try {
    const late = AbortSignal.timeout(turnMs);
    const heard = await firstOf(worker.receive(), AbortSignal.any([late, signal]));
    signal.throwIfAborted();
    if (heard === "aborted") return broken(`it said nothing for ${turnMs / 1000} s`);
    line = heard.value;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LineTooLong) return broken(messageOf(error));
    // Whoever dies with something unread resets the connection.
  }
  return line === undefined ? lastWords(worker) : parsed(line);
}

/** The value, or that the signal was aborted first. */
async function firstOf<T>(promise: Promise<T>, signal: AbortSignal): Promise<{ value: T } | "aborted"> {
  const { promise: aborted, resolve } = Promise.withResolvers<"aborted">();
  const abort = (): void => resolve("aborted");
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise.then((value) => ({ value })), aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function lastWords(worker: Worker): Promise<Stopped> {
  // It may have closed its end and live on.
  const timer = setTimeout(() => worker.kill(), GRACE_MS);
  const { exit, stderr } = await worker.ended;
  clearTimeout(timer);
  return { kind: "died", message: `it ended: ${describeExit(exit)}${lastLine(stderr)}` };
}

const GRACE_MS = 1000;

/** What it threw, or else the last that it printed. */
function lastLine(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((text) => /^\w*Error\b/.test(text)) ?? lines.at(-1);
  return line === undefined ? "" : `: ${line.slice(0, SHOWN)}`;
}

const SHOWN = 200;

function parsed(line: string): Heard {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return broken(`a line is not JSON: ${JSON.stringify(line.slice(0, SHOWN))}`);
  }
  const excess = excessOf(json);
  if (excess !== undefined) return broken(`a line holds too much: ${excess}`);
  const told = Told.safeParse(json);
  if (told.success) return { told: told.data, bytes: Buffer.byteLength(line) };
  const issue = told.error.issues[0];
  return broken(`a line is not an answer: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
}

function readBy<T>({ read }: Asked<T>, told: LastWord): Ending<T> {
  try {
    return { kind: "answered", value: read(told) };
  } catch (error) {
    return broken(messageOf(error));
  }
}

function broken(message: string): Stopped {
  return { kind: "broken", message };
}
