/** Proposers in a process of their own, which knows what a question holds and nothing else of the home. */
import type { Model } from "../../runtime/kernel/model/model.ts";
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";
import type { Proposal } from "../candidate.ts";
import type { Trace } from "../failure.ts";
import { ProposerFailed, type ProposeContext, type Proposer } from "../propose/proposer.ts";
import { isLanguageModel } from "../propose/model/language-model.ts";
import { expanded, type CompactProposal } from "./compact.ts";
import type { LastWord, Ending } from "./converse.ts";
import { keepWorker, type Keeper, type KeeperOptions } from "./keep-worker.ts";
import { modelDesk, type ModelDesk } from "./model-desk.ts";
import { LONGEST_ASKED, type ProposerName, type ReadOnly, type ToPropose } from "./wire.ts";

export interface ProposerProcess extends AsyncDisposable {
  /** A proposer that works in the process. It throws {@link ProposerFailed} when the proposer threw, or its process died, hung or broke the protocol; and the reason of the context's signal. */
  proposer(name: ProposerName): Proposer;
}

export interface ProposerProcessOptions extends KeeperOptions {
  /** Answers the proposer `model`, and nobody else. */
  readonly model: Model;
  /** How many patches the model is asked for, and how often one goes back; one and three when absent. */
  readonly asking?: Asking;
}

export type Asking = ToPropose["asking"];

/**
 * Starts nothing before the first question. Neither tasks and verifiers, nor the store, nor other traces exist for the process;
 * it has no network, no environment and no secret.
 */
export function openProposerProcess(options: ProposerProcessOptions): ProposerProcess {
  const { model, asking = { candidates: 1, corrections: 3 } } = options;
  const keeper = keepWorker(options);
  return {
    proposer: (name) => ({
      name,
      ...(name === "model" && isLanguageModel(model) ? { isPaid: true } : {}),
      propose: (context) => propose(keeper, { model, asking, name }, context),
    }),
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}

interface Asked {
  readonly name: ProposerName;
  readonly model: Model;
  readonly asking: Asking;
}

/** A first answer and its corrections for each patch, and some room. */
function mostCalls({ candidates, corrections }: Asking): number {
  return candidates * (corrections + 1) + ROOM;
}

const ROOM = 4;

async function propose(
  keeper: Keeper,
  { model, asking, name }: Asked,
  context: ProposeContext,
): Promise<readonly Proposal[]> {
  const { signal } = context;
  let desk: ModelDesk | undefined;
  const outcome = await keeper.ask((id) => {
    const opened = modelDesk(model, id, mostCalls(asking), signal);
    desk = opened;
    return {
      line: lineOf(id, { model, asking, name }, context),
      signal,
      read: (told) => expanded(signed(told, name), context.genome),
      ...(name === "model" ? { askModel: (request, bytes) => opened.ask(request, bytes) } : {}),
    };
  });
  return proposalsOf(outcome, desk?.usd ?? 0);
}

/** Each proposer signs what it makes: reports, and later proposers, go by that name. */
function signed(told: LastWord, name: ProposerName): readonly CompactProposal[] {
  if (told.type !== "proposed") throw new Error(`it answered with \`${told.type}\``);
  const forged = told.proposals.find(({ source }) => !source.startsWith(SIGNED[name]));
  if (forged !== undefined)
    throw new Error(`a proposal of ${name} is signed ${JSON.stringify(forged.source)}`);
  return told.proposals;
}

const SIGNED: Record<ProposerName, string> = { distill: "distill:", operators: "operator:", model: "model:" };

/** What was spent is known on this side only. */
function proposalsOf(outcome: Ending<readonly Proposal[]>, usd: number): readonly Proposal[] {
  switch (outcome.kind) {
    case "answered":
      if (outcome.value.length === 0 && usd > 0) throw new ProposerFailed("it had nothing to propose", usd);
      return outcome.value.map((proposal, index) => ({ ...proposal, costUsd: index === 0 ? usd : 0 }));
    case "failed":
      throw new ProposerFailed(outcome.message, usd);
    case "died":
    case "broken":
      throw new ProposerFailed(`the proposers' process: ${outcome.message}`, usd);
    default:
      return outcome satisfies never;
  }
}

/**
 * The question as one line, with as many of the passing runs as fit: they are for contrast only.
 * @throws ProposerFailed when the failures alone are too long
 */
function lineOf(id: number, { name: proposer, model, asking }: Asked, context: ProposeContext): string {
  const { name, description, deterministic, contextTokens, price } = model;
  const { genome, paths, rejected, wanted, knowledge } = context;
  const failures = context.cluster.failures.map((failure) => ({
    ...failure,
    trace: nameless(failure.trace),
  }));
  const cluster = { ...context.cluster, failures };
  const passing = context.passing.map(nameless);
  for (let count = passing.length; ; count = Math.floor(count / 2)) {
    const question: ReadOnly<ToPropose> = {
      type: "propose",
      id,
      proposer,
      asking,
      model: {
        name,
        description,
        isLanguageModel: isLanguageModel(model),
        deterministic,
        contextTokens,
        ...(price === undefined ? {} : { price }),
      },
      context: {
        cluster,
        passing: passing.slice(0, count),
        genome: [...genome],
        paths,
        rejected,
        ...(wanted === undefined ? {} : { wanted }),
        ...(proposer === "distill" && knowledge !== undefined ? { knowledge } : {}),
      },
    };
    const line = `${JSON.stringify(question)}\n`;
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
