/** Proposers in a process of their own, kept for as long as a cycle lasts. */
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import type { Model } from "../../../runtime/kernel/model/model.ts";
import { oneAtATime } from "../../../runtime/kernel/run/waiting.ts";
import type { TrajectoryEvent } from "../../../runtime/kernel/trajectory/events.ts";
import type { Proposal } from "../../candidate.ts";
import type { Trace } from "../../failure.ts";
import type { ProposeContext, Proposer } from "../proposer.ts";
import { converse, type Asked, type Bill, type Outcome } from "./converse.ts";
import { LONGEST_ASKED, type ProposerName, type Question } from "./wire.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface ProposerProcess extends AsyncDisposable {
  /** A proposer that works in the process. It throws {@link ProposerFailed}, or the reason of the context's signal. */
  proposer(name: ProposerName): Proposer;
}

export interface ProposerProcessOptions {
  readonly sandbox: Sandbox;
  /** Answers the proposer `model`, and nobody else. */
  readonly model: Model;
  /** How long the process may take for its next word, in milliseconds; two minutes when absent. */
  readonly turnMs?: number;
  /** File to start instead of the package's own. */
  readonly entry?: string;
}

/** No proposals came of it: the proposer threw, or its process died, hung or broke the protocol. */
export class ProposerFailed extends Error {
  override readonly name = "ProposerFailed";
  /** What the model was paid all the same, in US dollars. */
  readonly costUsd: number;
  constructor(message: string, cost: number) {
    super(message);
    this.costUsd = cost;
  }
}

/**
 * Starts nothing before the first question. One question at a time; a process that died, or had to be killed, is replaced at the
 * next. The process knows what a question holds and what is in this package: no task, no verifier, no store, no other trace.
 */
export function openProposerProcess(options: ProposerProcessOptions): ProposerProcess {
  const { sandbox, entry, model, turnMs = TURN_MS } = options;
  const inTurn = oneAtATime();
  let worker: Worker | undefined;
  let id = 0;

  const drop = async (): Promise<void> => {
    const old = worker;
    worker = undefined;
    old?.kill();
    await old?.ended;
  };
  const ask = async (asked: Asked): Promise<Outcome> => {
    let keep = false;
    try {
      worker ??= startWorker({ sandbox, entry });
      const outcome = await converse(worker, asked);
      keep = outcome.kind === "proposed" || outcome.kind === "failed";
      return outcome;
    } finally {
      if (!keep) await drop();
    }
  };
  const propose = async (name: ProposerName, context: ProposeContext): Promise<readonly Proposal[]> => {
    const { signal } = context;
    signal.throwIfAborted();
    const bill: Bill = { usd: 0 };
    id += 1;
    const asked: Asked = {
      id,
      proposer: name,
      line: lineOf(id, name, model, context),
      model,
      turnMs,
      signal,
      bill,
    };
    const wasUsed = worker !== undefined;
    let outcome = await ask(asked);
    // What an earlier question left behind, memory above all, may be the reason; a new process that dies, dies of this one.
    if (outcome.kind === "died" && wasUsed) outcome = await ask(asked);
    return proposalsOf(outcome, bill);
  };

  return {
    proposer: (name) => ({ name, propose: (context) => inTurn(() => propose(name, context)) }),
    [Symbol.asyncDispose]: drop,
  };
}

const TURN_MS = 120_000;

function proposalsOf(outcome: Outcome, bill: Bill): readonly Proposal[] {
  switch (outcome.kind) {
    case "proposed":
      if (outcome.proposals.length === 0 && bill.usd > 0)
        throw new ProposerFailed("it had nothing to propose", bill.usd);
      return outcome.proposals;
    case "failed":
      throw new ProposerFailed(outcome.message, bill.usd);
    case "died":
    case "broken":
      throw new ProposerFailed(`the proposers' process: ${outcome.message}`, bill.usd);
    default:
      return outcome satisfies never;
  }
}

/**
 * The question as one line, with as many of the passing runs as fit: they are for contrast only.
 * @throws ProposerFailed when the failures alone are too long
 */
function lineOf(id: number, proposer: ProposerName, model: Model, context: ProposeContext): string {
  const { name, description, deterministic, contextTokens, price } = model;
  const { genome, paths, rejected } = context;
  const failures = context.cluster.failures.map((failure) => ({
    ...failure,
    trace: nameless(failure.trace),
  }));
  const cluster = { ...context.cluster, failures };
  const passing = context.passing.map(nameless);
  const encode = (runs: ProposeContext["passing"]): string => {
    const question: Unread<Question> = {
      type: "propose",
      id,
      proposer,
      model: { name, description, deterministic, contextTokens, ...(price === undefined ? {} : { price }) },
      context: { cluster, passing: runs, genome: [...genome], paths, rejected },
    };
    return `${JSON.stringify(question)}\n`;
  };
  for (let count = passing.length; ; count = Math.floor(count / 2)) {
    const line = encode(passing.slice(0, count));
    if (Buffer.byteLength(line) <= LONGEST_ASKED) return line;
    if (count === 0) throw new ProposerFailed(`the failures come to more than ${LONGEST_ASKED} bytes`, 0);
  }
}

/** What a task is called says nothing about a failure, and must not turn up in a patch. */
function nameless({ run, events }: Trace): Trace {
  return { run: { ...run, task: null, pid: 0 }, events: events.map(withoutTask) };
}

function withoutTask(event: TrajectoryEvent): TrajectoryEvent {
  if (event.kind !== "run_started") return event;
  const { task: _, ...rest } = event;
  return rest;
}

/** Lists of the evolver are read-only, those that zod has read are not. */
type Unread<T> = T extends (infer Item)[]
  ? readonly Unread<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Unread<T[Key]> }
    : T;
