import type { Detector } from "../detector.ts";
import { templateOf } from "../template.ts";

/** What is left when nothing else is seen: the run went well by its own account, and the result is wrong. */
export const wrongResult: Detector = (view) => ({
  category: "wrong-result",
  // Short last words ("Done.") are shared by everything; the skills in use keep different recipes apart.
  template: [
    templateOf(view.lastWords) || "no last words",
    ...view.skills.map((name) => `skill ${name}`),
  ].join("; "),
  step: view.finished?.index ?? Math.max(0, view.trace.events.length - 1),
  component: view.skills.length > 0 ? "skill" : "model",
  score: 0.1,
  evidence: `the run ended as ${view.finished?.event.status ?? view.trace.run.status} and the result was wrong`,
});
