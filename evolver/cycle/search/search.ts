/**
 * Tries many candidates cheaply: on failing cases only, in quick trials without a record. What helps there is worth a commit and
 * real trials; nothing else follows from it. Only for models that always give the same reply.
 */
import { availableParallelism } from "node:os";
import PQueue from "p-queue";
import { checkInvariants } from "../../../guardrails/invariants.ts";
import { createScratchGenome } from "../../../replay/quick/scratch-genome.ts";
import { tryCases, type QuickLimits } from "../../../replay/quick/try-cases.ts";
import type { Proposal } from "../../candidate.ts";
import type { Cluster } from "../../failure.ts";
import { changesOf } from "../changes.ts";
import type { EvaluationContext } from "../evaluate.ts";
import type { CycleState, SearchBudget } from "../state.ts";
import { quickCases, quickLimits, type QuickCase } from "./cases.ts";
import { comesBy, hunksOf } from "./place.ts";

/**
 * Hands over what helps, one after the other: what fixes all cases as soon as it is found, in the order in which it was proposed;
 * then what fixes some. Nothing goes on while somebody looks at what was handed over, and nothing is tried that nobody asks for.
 * All searches for one cluster share what `evolution.search` allows in a cycle.
 * @returns undefined when quick trials cannot tell: the head does not fail in them
 */
export async function search(
  state: CycleState,
  context: EvaluationContext,
  target: Cluster,
  proposals: readonly Proposal[],
): Promise<AsyncGenerator<Proposal> | undefined> {
  const limits = await quickLimits(state.options, context.parent);
  const cases = await quickCases(state, context, limits);
  if (cases.length === 0) return undefined;
  return helpful(
    { state, context, target, limits, order: cases, left: budgetOf(state, target), tried: new Set() },
    proposals,
  );
}

function budgetOf({ options, search: { left } }: CycleState, { id }: Cluster): SearchBudget {
  const budget = left.get(id) ?? { ...options.runtime.home.config.evolution.search };
  left.set(id, budget);
  return budget;
}

interface Sweep {
  readonly state: CycleState;
  readonly context: EvaluationContext;
  readonly target: Cluster;
  readonly limits: QuickLimits;
  /** The first one decides whether a candidate is tried on the others. */
  readonly order: readonly QuickCase[];
  readonly left: SearchBudget;
  /** Those that were run: most are left out, as they cannot matter, or the budget was spent before. */
  readonly tried: Set<Proposal>;
}

/** Cases that a candidate may fail before it is of no use. */
const SWEEPS = 2;

async function* helpful(of: Sweep, proposals: readonly Proposal[]): AsyncGenerator<Proposal> {
  const { state, target, order } = of;
  const seen = { helped: 0 };
  try {
    // A failure may have another cause in another case: what does not help in the first is tried on a second.
    for (let first = 0; first < Math.min(order.length, SWEEPS) && seen.helped === 0; first++)
      yield* sweep({ ...of, order: [...order.slice(first), ...order.slice(0, first)] }, proposals, seen);
  } finally {
    const about = { cluster: target.id, title: target.title, proposals: proposals.length };
    state.options.watch?.({ kind: "searched", ...about, helped: seen.helped, tried: of.tried.size });
  }
}

/** Every candidate once. What is known of one is told when it is known of all before it: so chance has no part in it. */
async function* sweep(
  of: Sweep,
  proposals: readonly Proposal[],
  seen: { helped: number },
): AsyncGenerator<Proposal> {
  const { state, target, order, left, context } = of;
  const concurrency = context.home.config.evolution.parallel ?? availableParallelism() + 1;
  const queue = new PQueue({ concurrency });
  const passed: Promise<number>[] = [];
  const some: Proposal[] = [];
  let from = performance.now();
  const stop = (): void => {
    queue.pause();
    left.seconds = secondsLeft();
  };
  const secondsLeft = (): number => left.seconds - (performance.now() - from) / 1000;
  try {
    for (const [at, proposal] of proposals.entries()) {
      for (const next of proposals.slice(passed.length, at + AHEAD * concurrency)) {
        const result = queue.add(() => (secondsLeft() > 0 ? passedOf(of, next) : 0));
        // It is looked at later, or never.
        result.catch(() => undefined);
        passed.push(result);
      }
      const count = (await passed[at]) ?? 0;
      state.options.watch?.({
        kind: "searching",
        title: target.title,
        done: at + 1,
        total: proposals.length,
      });
      if (count === 0) continue;
      seen.helped += 1;
      state.tally.count(proposal, "helped");
      if (count < order.length) some.push(proposal);
      else {
        stop();
        yield proposal;
        from = performance.now();
        queue.start();
      }
    }
  } finally {
    stop();
    queue.clear();
    // What had begun runs to its end, within its limits.
    await queue.onPendingZero();
  }
  yield* some;
}

/** One that takes long must not hold up all the others. */
const AHEAD = 4;

/** On how many of the cases it passes; none when it fails the first, cannot matter there, or may not be tried. */
async function passedOf(
  { state, context, limits, order, left, tried }: Sweep,
  proposal: Proposal,
): Promise<number> {
  const [first] = order;
  if (first === undefined || context.ledger.isSpent()) return 0;
  const known = JSON.stringify([first.task.id, first.course, hunksOf(proposal.edits)]);
  if (state.search.useless.has(known)) return 0;
  if (comesBy(changesOf(proposal, context.home), first.coverage)) {
    if (left.candidates <= 0) return 0;
    left.candidates -= 1;
    const passed = await tryOn({ state, context, limits, order, tried }, proposal);
    // What nobody could decide may help all the same, the next time that it is proposed.
    if (passed !== 0) return passed ?? 0;
  }
  state.search.useless.add(known);
  return 0;
}

/** Undefined when nobody could decide on the first case. */
async function tryOn(
  { state, context, limits, order, tried }: Pick<Sweep, "state" | "context" | "limits" | "order" | "tried">,
  proposal: Proposal,
): Promise<number | undefined> {
  if (await isRefused(context, proposal)) {
    state.tally.count(proposal, "refused");
    return 0;
  }
  await using scratch = await createScratchGenome(context.parent.genome, changesOf(proposal, context.home));
  const results = await tryCases(state.options.runtime, {
    genome: scratch.genome,
    tasks: order.map(({ task }) => task),
    limits,
    signal: context.signal,
    goOn: ({ task, verdict }) => task !== order[0]?.task.id || verdict === "pass",
  });
  for (const { costUsd } of results) context.ledger.charge(costUsd);
  state.tally.count(proposal, "tried");
  tried.add(proposal);
  if (results[0]?.verdict === "undecided") return undefined;
  return results.filter(({ verdict }) => verdict === "pass").length;
}

/** What is refused runs nowhere. Types are left to the checks of what helps. */
async function isRefused(
  { home, checks, parentFiles, signal }: EvaluationContext,
  proposal: Proposal,
): Promise<boolean> {
  if (checkInvariants(proposal.edits, home.guardrails.invariants).length > 0) return true;
  const asked = { genome: parentFiles, paths: home.config.genome, withoutTypes: true, signal };
  return (await checks.check(proposal, asked)).length > 0;
}
