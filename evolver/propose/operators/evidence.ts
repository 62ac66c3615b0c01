/** What the failures of a cluster say, in the form that operators ask for it. */
import { framesOf } from "../../analyse/stack.ts";
import type { Frame } from "../../analyse/stack.ts";
import { suspicion } from "../../analyse/localise/spectrum.ts";
import type { Suspicion } from "../../analyse/localise/spectrum.ts";
import type { RankedLine } from "../../analyse/localise/localise.ts";
import { textOf, viewOf } from "../../analyse/view.ts";
import type { View } from "../../analyse/view.ts";
import type { Cluster, Hypothesis, Signature, Trace } from "../../failure.ts";

export interface Evidence {
  readonly cluster: Cluster;
  readonly views: readonly View[];
  /** Strongest hypothesis of each kind, scaled by the share of failures that show it. */
  readonly weights: ReadonlyMap<Signature["kind"], number>;
  /** Best hypothesis of a kind, for words. */
  readonly hypothesis: (kind: Signature["kind"]) => Hypothesis | undefined;
  /** Stack frames of harness errors, innermost first, one list for each failure that has one. */
  readonly stacks: readonly { readonly message: string; readonly frames: readonly Frame[] }[];
  readonly suspicion: Suspicion;
  /** Where the harness is to blame, best first; empty when nobody has looked. */
  readonly ranking: readonly RankedLine[];
  /** Number of model calls of each failing run. */
  readonly steps: readonly number[];
  /** Length of each observation that was shown shorter than it was. */
  readonly shownLengths: readonly number[];
  /** Which half failed with a fault that passes by itself. */
  readonly transient: { readonly tools: boolean; readonly model: boolean };
}

/** `ranking` is what `localise` says of the cluster's failures. */
export function evidenceOf(
  cluster: Cluster,
  passing: readonly Trace[],
  ranking: readonly RankedLine[] = [],
): Evidence {
  const traces = cluster.failures.map((failure) => failure.trace);
  const views = traces.map(viewOf);
  return {
    cluster,
    views,
    weights: weightsOf(cluster),
    hypothesis: (kind) =>
      cluster.failures.flatMap(({ hypotheses }) => hypotheses).find(({ category }) => category === kind),
    stacks: views.flatMap(({ exited }) =>
      exited?.event.error
        ? [{ message: exited.event.error.message, frames: framesOf(exited.event.error.stack) }]
        : [],
    ),
    suspicion: suspicion(traces, passing),
    ranking,
    steps: views.map((view) => view.models.length),
    shownLengths: views.flatMap((view) =>
      view.calls.flatMap(({ event, shown }) =>
        shown && textOf(shown).length < event.result.content.length ? [textOf(shown).length] : [],
      ),
    ),
    transient: {
      tools: views.some((view) => view.calls.some(({ event }) => event.result.failure?.kind === "transient")),
      model: views.some((view) => view.models.at(-1)?.event.error?.retryable === true),
    },
  };
}

/**
 * How suspicious a place is, from 0.1 to 1: lines on a stack first, then by the ranking, or without one by what only failures
 * execute. Without coverage and stack nothing is known, and every place is as good as another.
 */
export function suspicionAt(evidence: Evidence, path: string, from: number, to: number): number {
  const inside = (line: number, end: number): boolean => line <= to && end >= from;
  const framed = evidence.stacks.some(({ frames }) =>
    frames.some((frame) => samePath(path, frame.file) && inside(frame.line, frame.line)),
  );
  if (framed) return 1;
  if (evidence.suspicion.size === 0) return 0.7;
  const best = evidence.ranking[0]?.score ?? 0;
  const scores =
    best > 0
      ? evidence.ranking.flatMap(({ file, line, end, score }) =>
          samePath(path, file) && inside(line, end) ? [score / best] : [],
        )
      : [...evidence.suspicion].flatMap(([file, lines]) =>
          samePath(path, file)
            ? [...lines].flatMap(([line, score]) => (inside(line, line) ? [score] : []))
            : [],
        );
  return Math.max(0.1, 0.9 * Math.max(0, ...scores));
}

/** Traces name files relative to the genome, homes may keep the genome deeper. */
export function samePath(path: string, traced: string): boolean {
  return (
    path === traced || path.endsWith(`/${traced}`) || path.endsWith(`/${traced.replace(/^harness\//, "")}`)
  );
}

function weightsOf(cluster: Cluster): Map<Signature["kind"], number> {
  const sums = new Map<Signature["kind"], number>();
  for (const { hypotheses } of cluster.failures) {
    for (const { category, score } of hypotheses) {
      sums.set(category, (sums.get(category) ?? 0) + score / cluster.failures.length);
    }
  }
  return sums;
}
