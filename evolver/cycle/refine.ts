/** Lets the home's model put the guesses at a cluster's cause in order, where it is a language model. */
import { judge } from "../analyse/judge/judge.ts";
import { ranked } from "../analyse/judge/ranking.ts";
import type { Cluster, Failure } from "../failure.ts";
import { isLanguageModel } from "../propose/model/language-model.ts";
import type { CycleState } from "./state.ts";

/**
 * One call for each cluster of a cycle, on a failure of usual length. A judge that fails leaves the ranking as it was, which is told.
 * @param support the cluster with its support part only: the order must not tell of what is held out
 */
export async function refined(state: CycleState, support: Cluster): Promise<Cluster> {
  const { runtime, signal, watch } = state.options;
  const usual = ofUsualLength(support.failures);
  if (usual === undefined || !runtime.home.config.evolution.model.judge || !isLanguageModel(runtime.model))
    return support;
  let ranking = state.rankings.get(support.id);
  if (ranking === undefined) {
    if (state.ledger.isSpent()) return support;
    const judged = await judge(runtime.model, usual, signal);
    state.ledger.charge(judged.usd);
    ranking = judged.kind === "ranked" ? judged.ranking : [];
    state.rankings.set(support.id, ranking);
    if (judged.kind === "kept" && usual.hypotheses.length > 1)
      watch?.({ kind: "judge-failed", cluster: support.id, message: judged.why });
  }
  const order = ranking;
  if (order.length === 0) return support;
  return { ...support, failures: support.failures.map((failure) => ranked(failure, order)) };
}

/** Neither cut short nor gone round in circles: the one in the middle, by the number of events. */
function ofUsualLength(failures: readonly Failure[]): Failure | undefined {
  const ordered = failures.toSorted((a, b) => a.trace.events.length - b.trace.events.length);
  return ordered[Math.floor((ordered.length - 1) / 2)];
}
