import type { Detector } from "../detector.ts";
import type { View } from "../view.ts";
import { templateOf } from "../template.ts";

/** What is left when nothing else is seen: the run went well by its own account, and the result is wrong. */
export const wrongResult: Detector = (view) => ({
  category: "wrong-result",
  // Short last words ("Done.") are shared by everything; the skills in use keep different recipes apart.
  template: [
    // What a foreign agent says at the end is a farewell to whoever it talked with: no two are alike, and none tells anything.
    view.imported ? "nothing else was seen to break" : templateOf(view.lastWords) || "no last words",
    ...view.skills.map((name) => `skill ${name}`),
  ].join("; "),
  step: view.finished?.index ?? Math.max(0, view.trace.events.length - 1),
  component: view.skills.length > 0 ? "skill" : "model",
  score: 0.1,
  evidence: evidenceOf(view),
});

function evidenceOf({ finished, imported, trace: { run } }: View): string {
  const status = finished?.event.status ?? (imported ? undefined : run.status);
  const end = status === undefined ? "the run ended" : `the run ended as ${status}`;
  return run.outcome.kind === "unknown"
    ? `${end}, and no label says whether it succeeded`
    : `${end} and the result was wrong`;
}
