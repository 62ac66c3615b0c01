/**
 * Tries many candidates cheaply: on failing cases only, in quick trials without a record. What helps there is worth a commit and
 * real trials; nothing else follows from it. Only for models that always give the same reply.
 */
import { availableParallelism } from "node:os";
import PQueue from "p-queue";
import { checkInvariants } from "../../../guardrails/invariants.ts";
import { createScratchGenome } from "../../../replay/quick/scratch-genome.ts";
import { tryCases, type QuickLimits } from "../../../replay/quick/try-cases.ts";
import { settleAll } from "../../../replay/settle-all.ts";
import type { Proposal } from "../../candidate.ts";
import type { Cluster } from "../../failure.ts";
import { changesOf } from "../changes.ts";
import type { EvaluationContext } from "../evaluate.ts";
import type { CycleState, SearchBudget } from "../state.ts";
import { quickCases, quickLimits, type QuickCase } from "./cases.ts";
import { ENOUGH, fixesAll, inOrder, type Tried } from "./order.ts";
import { comesBy, hunksOf } from "./place.ts";

/**
 * Those that helped, best first. All of one cluster share what `evolution.search` allows in a cycle.
 * @returns undefined when quick trials cannot tell: the head does not fail in them
 */
export async function search(
  state: CycleState,
  context: EvaluationContext,
  target: Cluster,
  proposals: readonly Proposal[],
): Promise<readonly Proposal[] | undefined> {
  const began = performance.now();
  const left = budgetOf(state, target);
  const limits = await quickLimits(state.options, context.parent);
  const cases = await quickCases(state, context, limits);
  if (cases.length === 0) return undefined;
  const all = proposals.map((proposal, rank): Tried => ({ proposal, rank, passed: 0, of: cases.length }));
  let tried = all;
  // A failure may have another cause in another case: what does not help in the first is tried on a second.
  for (let first = 0; first < Math.min(cases.length, SWEEPS) && !tried.some(helped); first++) {
    const order = [...cases.slice(first), ...cases.slice(0, first)];
    tried = await sweep(
      { state, context, target, limits, order, left, until: began + left.seconds * 1000 },
      tried,
    );
  }
  const seconds = (performance.now() - began) / 1000;
  left.seconds = Math.max(0, left.seconds - seconds);
  const found = inOrder(tried);
  state.options.watch?.({
    kind: "searched",
    cluster: target.id,
    title: target.title,
    proposals: proposals.length,
    helped: found.length,
    seconds,
  });
  for (const proposal of found) state.tally.count(proposal, "helped");
  return found;
}

function budgetOf({ options, search: { left } }: CycleState, { id }: Cluster): SearchBudget {
  const budget = left.get(id) ?? { ...options.runtime.home.config.evolution.search };
  left.set(id, budget);
  return budget;
}

/** Cases that a candidate may fail before it is of no use. */
const SWEEPS = 2;

function helped({ passed }: Tried): boolean {
  return passed > 0;
}

interface Sweep {
  readonly state: CycleState;
  readonly context: EvaluationContext;
  readonly target: Cluster;
  readonly limits: QuickLimits;
  /** The first one decides whether a candidate is tried on the others. */
  readonly order: readonly QuickCase[];
  readonly left: SearchBudget;
  /** On the clock of `performance`, in milliseconds. */
  readonly until: number;
}

/** Every candidate once, in the order of their ranks, until enough fix all cases or the search may take no more. */
async function sweep(of: Sweep, candidates: readonly Tried[]): Promise<Tried[]> {
  const { state, target, context } = of;
  const { evolution } = context.home.config;
  const queue = new PQueue({ concurrency: evolution.parallel ?? availableParallelism() + 1 });
  let whole = 0;
  let done = 0;
  const one = async (candidate: Tried): Promise<Tried> => {
    if (whole >= ENOUGH || performance.now() > of.until || context.ledger.isSpent()) return candidate;
    const result = await tryOne(of, candidate);
    if (fixesAll(result)) whole += 1;
    done += 1;
    state.options.watch?.({ kind: "searching", title: target.title, done, total: candidates.length });
    return result;
  };
  return settleAll(candidates.map((candidate) => queue.add(() => one(candidate))));
}

async function tryOne({ state, context, limits, order, left }: Sweep, candidate: Tried): Promise<Tried> {
  const { proposal } = candidate;
  const [first] = order;
  if (first === undefined) return candidate;
  const changes = changesOf(proposal, context.home);
  const known = JSON.stringify([first.task.id, first.course, hunksOf(proposal.edits)]);
  if (state.search.useless.has(known)) return candidate;
  if (comesBy(changes, first.coverage)) {
    if (left.candidates <= 0) return candidate;
    left.candidates -= 1;
    if (await isRefused(context, proposal)) state.tally.count(proposal, "refused");
    else {
      const passed = await passedOf({ state, context, limits, order }, proposal);
      if (passed > 0) return { ...candidate, passed };
    }
  }
  state.search.useless.add(known);
  return candidate;
}

/** What is refused runs nowhere. Types are left to the checks of what survives. */
async function isRefused(
  { home, checks, parentFiles, signal }: EvaluationContext,
  proposal: Proposal,
): Promise<boolean> {
  if (checkInvariants(proposal.edits, home.guardrails.invariants).length > 0) return true;
  const asked = { genome: parentFiles, paths: home.config.genome, withoutTypes: true, signal };
  return (await checks.check(proposal, asked)).length > 0;
}

/** On how many of the cases it passes; none when it fails the first. */
async function passedOf(
  { state, context, limits, order }: Pick<Sweep, "state" | "context" | "limits" | "order">,
  proposal: Proposal,
): Promise<number> {
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
  return results.filter(({ verdict }) => verdict === "pass").length;
}
