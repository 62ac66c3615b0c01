/**
 * The kernel's side of the talk with a harness, over any duplex stream: reads requests in order, serves them
 * concurrently, writes the answers. Nothing that the other side does makes it hold more than a bounded amount.
 */
import type { Duplex } from "node:stream";
import { messageOf } from "../error.ts";
import { MAX_LINE_BYTES, type Hello, type KernelEvent, type Request, type Response } from "../protocol.ts";
import { LineTooLong, readLines } from "./lines.ts";
import { parseRequest } from "./parse-request.ts";

/** Requests that may wait for their answer at once; while there are as many, nothing is read. */
export const MAX_IN_FLIGHT = 64;
/** Requests with wrong parameters that are answered; one more, and the harness is taken for broken. */
export const MAX_REFUSED = 100;
/** Bytes that may wait to be read by the harness: more than the answers to {@link MAX_IN_FLIGHT} requests come to. */
export const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

export interface ConversationOptions {
  /** Answers one request. A rejection is a bug of the kernel and ends the conversation. */
  readonly serve: (request: Request) => Promise<Response>;
  /**
   * Called once, when the other side sends what is no request, too much of it, or does not read its answers. Nothing
   * is read or written afterwards. Must not throw.
   */
  readonly onBroken: (detail: string) => void;
}

export interface Conversation {
  /** Does nothing once the other side is gone or broken. */
  send(message: Hello | Response | KernelEvent): void;
  /** Resolves when no request is being served. Never rejects. */
  idle(): Promise<void>;
}

/** Starts to read at once. The stream is neither ended nor destroyed: its owner does that. */
export function converse(channel: Duplex, options: ConversationOptions): Conversation {
  let inFlight = 0;
  let refused = 0;
  let broken = false;
  const waiting: (() => void)[] = [];

  const fail = (detail: string): void => {
    if (broken) return;
    broken = true;
    options.onBroken(detail);
  };
  const send = (message: Hello | Response | KernelEvent): void => {
    if (broken || !channel.writable) return;
    channel.write(encode(message));
    if (channel.writableLength > MAX_QUEUED_BYTES)
      fail(`${channel.writableLength} bytes wait for a harness that does not read`);
  };
  const serve = async (request: Request): Promise<void> => {
    inFlight++;
    try {
      send(await options.serve(request));
    } catch (error) {
      fail(`the kernel failed to answer: ${messageOf(error)}`);
    }
    inFlight--;
    for (const wake of waiting.splice(0)) wake();
  };
  const inFlightBelow = async (count: number): Promise<void> => {
    const full = (): boolean => inFlight >= count;
    while (full()) await new Promise<void>((wake) => waiting.push(wake));
  };
  const receive = (line: string): void => {
    const parsed = parseRequest(line);
    if (parsed.kind === "request") void serve(parsed.request);
    else if (parsed.kind === "garbage") fail(parsed.detail);
    else if (++refused > MAX_REFUSED)
      fail(`more than ${MAX_REFUSED} requests were wrong, the last: ${parsed.detail}`);
    else send(refusal(parsed.id, parsed.detail));
  };
  const read = async (): Promise<void> => {
    for await (const line of readLines(channel.iterator({ destroyOnReturn: false }), MAX_LINE_BYTES)) {
      receive(line);
      if (broken) return;
      await inFlightBelow(MAX_IN_FLIGHT);
      await drained(channel);
    }
  };

  // The process is gone or closed its end: whoever started it knows how it ended.
  channel.on("error", () => undefined);
  read().catch((error: unknown) => {
    if (error instanceof LineTooLong || !channel.destroyed) fail(messageOf(error));
  });
  return { send, idle: () => inFlightBelow(1) };
}

/** An answer that no line can hold is an error for the harness, which may ask for less. */
function encode(message: Hello | Response | KernelEvent): string {
  const line = `${JSON.stringify(message)}\n`;
  if (message.type !== "response" || Buffer.byteLength(line) <= MAX_LINE_BYTES) return line;
  const error = {
    code: "internal",
    message: `the answer is longer than ${MAX_LINE_BYTES} bytes`,
    retryable: false,
  };
  return `${JSON.stringify({ type: "response", id: message.id, error })}\n`;
}

function refusal(id: number, message: string): Response {
  return { type: "response", id, error: { code: "invalid_request", message, retryable: false } };
}

/** Resolves when the other side has read enough to be written to, or is gone. */
async function drained(channel: Duplex): Promise<void> {
  if (!channel.writableNeedDrain || channel.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  channel.once("drain", resolve).once("close", resolve);
  await promise;
  channel.off("drain", resolve).off("close", resolve);
}
