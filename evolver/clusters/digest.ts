/** What is kept of the analysis of a failed run, so that no failure is analysed twice. */
import { z } from "zod";
import { packageVersion } from "../../runtime/kernel/package.ts";
import type { Digest } from "../../runtime/kernel/store/failures.ts";
import type { SourceStep, TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";
import { analyse, type Contrast } from "../analyse/analyse.ts";
import { KINDS, type Failure, type Hypothesis, type Signature, type Trace } from "../failure.ts";
import { clusterId } from "./cluster.ts";

/** Names the analysis whose digests are still good. Raise the number when detectors, scores or templates change: a
 * test notices. */
export const ANALYSIS = `${packageVersion()}/4`;

/** A hypothesis as it is told: the step as the source counts it, and who made it. */
export const ToldHypothesis = z.object({
  /** Imported: the index of the source's step, from 0. Our own: the index of the event. */
  step: z.number(),
  agent: z.string(),
  component: z.enum(["model", "skill", "prompt", "harness", "tool", "environment"]),
  category: z.enum(KINDS),
  score: z.number(),
  evidence: z.string(),
  against: z.string().optional(),
  /** Index of the event in the trajectory. */
  event: z.number(),
});
export type ToldHypothesis = z.infer<typeof ToldHypothesis>;

export const DigestBody = z.object({ hypotheses: z.array(ToldHypothesis) });

/** Ranks what may have broken in a run that failed, or of which nobody knows whether it did. Pure. */
export function digestOf(trace: Trace, contrast: Contrast): Digest {
  const failure = analyse(trace, contrast);
  const signature = signatureOf(failure);
  return {
    run: trace.run.id,
    analysis: ANALYSIS,
    signature: { id: clusterId(signature), ...signature },
    digest: {
      hypotheses: failure.hypotheses.map((each) => told(each, trace.events)),
    } satisfies z.input<typeof DigestBody>,
  };
}

/** The signature of runs that nobody called failed, and in which no detector saw anything. */
export const NOTHING_SEEN: Signature = {
  kind: "wrong-result",
  template: "nothing was seen to break, and no label says whether it failed",
};

/** `wrong-result` rests on the label alone. */
function signatureOf({ signature, trace }: Failure): Signature {
  const unlabelled = trace.run.outcome.kind === "unknown";
  return unlabelled && signature.kind === "wrong-result" ? NOTHING_SEEN : signature;
}

function told(
  { step, agent, component, category, score, evidence, against }: Hypothesis,
  events: readonly TrajectoryEvent[],
): ToldHypothesis {
  const source = sourceAt(events, step);
  return {
    step: source?.step ?? step,
    agent: agent ?? source?.agent ?? "agent",
    component,
    category,
    score: Math.round(score * 1e4) / 1e4,
    evidence,
    ...(against === undefined ? {} : { against }),
    event: step,
  };
}

/** Of the event itself, or of the nearest one before it: what ends a run has no step of its own. */
function sourceAt(events: readonly TrajectoryEvent[], index: number): SourceStep | undefined {
  for (let at = Math.min(index, events.length - 1); at >= 0; at--) {
    const event = events[at];
    if ((event?.kind === "model_called" || event?.kind === "tool_called") && event.source !== undefined)
      return event.source;
  }
  return undefined;
}
