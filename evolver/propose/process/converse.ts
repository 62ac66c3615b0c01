/** The outer side of one question: asks, serves the model, and takes nothing of what comes back on trust. */
import { LineTooLong } from "../../../runtime/kernel/harness/lines.ts";
import { excessOf } from "../../../runtime/kernel/harness/parse-request.ts";
import { messageOf } from "../../../runtime/kernel/error.ts";
import { ModelError, type Model } from "../../../runtime/kernel/model/model.ts";
import { costUsd } from "../../../runtime/kernel/model/price.ts";
import type { ModelRequest } from "../../../runtime/kernel/protocol.ts";
import { describeExit } from "../../../runtime/kernel/run/session-end.ts";
import type { Proposal } from "../../candidate.ts";
import { Told, type Answer, type ProposerName } from "./wire.ts";
import type { Worker } from "./worker.ts";

export interface Asked {
  readonly id: number;
  readonly proposer: ProposerName;
  /** The question as it goes over the wire. */
  readonly line: string;
  readonly model: Model;
  /** How long the process may take for its next word, in milliseconds. The model's time is not the process's. */
  readonly turnMs: number;
  readonly signal: AbortSignal;
  /** Grows by what each reply of the model cost. */
  readonly bill: Bill;
}

export interface Bill {
  /** US dollars. */
  usd: number;
}

export type Outcome =
  | { readonly kind: "proposed"; readonly proposals: readonly Proposal[] }
  /** The proposer threw. The process is as good as before. */
  | { readonly kind: "failed"; readonly message: string }
  /** The process is gone, by itself. */
  | { readonly kind: "died"; readonly message: string }
  /** It said what it must not, or nothing in time: it has to be killed. */
  | { readonly kind: "broken"; readonly message: string };

/** Calls of the model for one question: a first answer, corrections, and some room. */
const MOST_CALLS = 8;
/** Of all requests to the model for one question. */
const MOST_REQUEST_BYTES = 32 * 1024 * 1024;
/** Output tokens of one call. */
const MOST_TOKENS = 16_000;

/** @throws the reason of the signal, when it is aborted; the process has to be killed then */
export async function converse(worker: Worker, asked: Asked): Promise<Outcome> {
  const { id, signal } = asked;
  worker.send(asked.line);
  let calls = 0;
  let bytes = 0;
  for (;;) {
    const heard = await hear(worker, asked);
    if ("kind" in heard) return heard;
    const { told, length } = heard;
    if (told.id !== id) return broken("it answered what it was not asked");
    switch (told.type) {
      case "proposed":
        return checked(told.proposals, asked);
      case "failed":
        return { kind: "failed", message: told.message };
      case "ask":
        if (asked.proposer !== "model") return broken(`${asked.proposer} asked the model`);
        calls += 1;
        bytes += length;
        if (calls > MOST_CALLS) return broken(`it asked the model more than ${MOST_CALLS} times`);
        if (bytes > MOST_REQUEST_BYTES)
          return broken(`it sent the model more than ${MOST_REQUEST_BYTES} bytes`);
        worker.send(`${JSON.stringify(await answer(asked, told.request))}\n`);
        signal.throwIfAborted();
        break;
      default:
        return told satisfies never;
    }
  }
}

type Heard = { readonly told: Told; readonly length: number } | Outcome;

async function hear(worker: Worker, { turnMs, signal }: Asked): Promise<Heard> {
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

async function lastWords(worker: Worker): Promise<Outcome> {
  // It may have closed its end and live on.
  const timer = setTimeout(() => worker.kill(), GRACE_MS);
  const { exit, stderr } = await worker.ended;
  clearTimeout(timer);
  return { kind: "died", message: `it ended: ${describeExit(exit)}${lastLine(stderr)}` };
}

const GRACE_MS = 1000;

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
  if (told.success) return { told: told.data, length: line.length };
  const issue = told.error.issues[0];
  return broken(`a line is not an answer: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
}

const SHOWN = 200;

/** Each proposer signs what it makes: reports, and later proposers, go by that name. */
const SIGNED: Record<ProposerName, string> = { distill: "distill:", operators: "operator:", model: "model:" };

function checked(proposals: readonly Proposal[], { proposer, bill }: Asked): Outcome {
  const forged = proposals.find(({ source }) => !source.startsWith(SIGNED[proposer]));
  if (forged !== undefined)
    return broken(`a proposal of ${proposer} is signed ${JSON.stringify(forged.source)}`);
  // What was spent is known here, and only here.
  const priced = proposals.map((proposal, index) => ({ ...proposal, costUsd: index === 0 ? bill.usd : 0 }));
  return { kind: "proposed", proposals: priced };
}

async function answer({ id, model, bill, signal }: Asked, request: ModelRequest): Promise<Answer> {
  const capped = { ...request, max_tokens: Math.min(request.max_tokens ?? MOST_TOKENS, MOST_TOKENS) };
  try {
    const reply = await model.create(capped, signal);
    bill.usd += model.price === undefined ? 0 : costUsd(reply.usage, model.price);
    return { type: "answer", id, reply };
  } catch (error) {
    signal.throwIfAborted();
    const internal = { code: "internal", message: messageOf(error), retryable: false } as const;
    return { type: "answer", id, error: error instanceof ModelError ? error.wire : internal };
  }
}

function broken(message: string): Outcome {
  return { kind: "broken", message };
}

/** What it threw, or else the last that it printed. */
function lastLine(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((text) => /^\w*Error\b/.test(text)) ?? lines.at(-1);
  return line === undefined ? "" : `: ${line.slice(0, SHOWN)}`;
}
