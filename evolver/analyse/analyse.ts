/** From a failed run to what broke in it: every detector looks, the guess closest to the cause names the failure. */
import type { Failure, Hypothesis, Signature, Trace } from "../failure.ts";
import { againstOf } from "./against.ts";
import { progressBefore } from "./calls.ts";
import { attributeConversation } from "./conversation/attribute.ts";
import type { Finding } from "./detector.ts";
import { DETECTORS } from "./detectors/index.ts";
import { INVARIANTS } from "./invariants/index.ts";
import { viewOf } from "./view.ts";
import type { View } from "./view.ts";

/** How often each kind of finding also shows in runs that succeeded, from 0 to 1. See {@link contrastOf}. */
export type Contrast = ReadonlyMap<Signature["kind"], number>;

/**
 * Ranks what may have caused the failure of `trace`; the signature is the best guess's. Pure and total: a trace without
 * any clue is a `wrong-result`. Where the authors of steps are named, what they say is all there is to go by.
 */
export function analyse(trace: Trace, contrast: Contrast = new Map()): Failure {
  const attributed = attributeConversation(trace);
  if (attributed !== undefined) return { trace, ...attributed };
  const view = viewOf(trace);
  const findings = findingsOf(view)
    .map((finding) => ({
      ...finding,
      score: finding.score * (1 - (contrast.get(finding.category) ?? 0) / 2),
    }))
    .toSorted((a, b) => b.score - a.score);
  const best = findings[0];
  if (!best) throw new Error("analyse: no detector spoke, not even wrong-result; DETECTORS must contain it");
  return {
    trace,
    signature: { kind: best.category, template: best.template },
    hypotheses: findings.map((finding) => hypothesisOf(finding, view, contrast)),
  };
}

/**
 * What successful runs of the same release show too. A symptom that does not stop runs from succeeding is a weaker
 * explanation for a failure: at most half of its score is taken away, so that an order of causes stays an order.
 */
export function contrastOf(passing: readonly Trace[]): Contrast {
  const shares = new Map<Signature["kind"], number>();
  for (const trace of passing) {
    for (const category of new Set(findingsOf(viewOf(trace)).map((finding) => finding.category))) {
      if (category !== "wrong-result") shares.set(category, (shares.get(category) ?? 0) + 1 / passing.length);
    }
  }
  return shares;
}

function hypothesisOf(finding: Finding, view: View, contrast: Contrast): Hypothesis {
  const { template: _, evidence, ...rest } = finding;
  const event = view.trace.events[finding.step];
  const agent = event && "source" in event ? event.source?.agent : undefined;
  const against = againstOf(finding, view, contrast.get(finding.category) ?? 0);
  return {
    ...rest,
    ...(agent === undefined ? {} : { agent }),
    evidence: evidence + progressOf(finding, view),
    ...(against === undefined ? {} : { against }),
  };
}

/** How far the run had come before the step; nothing to say of a run that did nothing, or of its end. */
function progressOf({ step, category }: Finding, view: View): string {
  if (category === "wrong-result" || category === "gave-up") return "";
  const progress = progressBefore(step, view);
  if (progress === undefined) return "";
  const { name, source } = progress.event;
  // As the view of the run counts.
  const place = source === undefined ? `event ${progress.index}` : `step ${source.step}`;
  return `; the last progress before it was ${name}, ${place}`;
}

function findingsOf(view: View): Finding[] {
  return [...INVARIANTS, ...DETECTORS].flatMap((detect) => detect(view) ?? []);
}
