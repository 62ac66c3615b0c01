import type { Detector } from "../detector.ts";

/** The run was cut off by a number of steps: the kernel's limit, or one that the harness sets itself. */
export const stepsExhausted: Detector = (view) => {
  const last = view.models.at(-1);
  const steps = view.models.length;
  if (view.budget?.event.limit === "steps") {
    return found(
      "the kernel's limit of steps",
      view.budget.index,
      `the kernel served ${view.budget.event.cap} steps and no more`,
    );
  }
  if (view.budget || view.exited?.event.error || !last?.event.reply || !view.finished) return undefined;
  const said = LIMIT.test(view.finished.event.summary) || view.finished.event.status === "budget";
  // The surest sign needs no words: the model still wanted to act, and nobody asked it again. Not so where the source says how it
  // ended: there the last call may be what ended it, or be one whose result nobody wrote down.
  const working = !view.imported && last.event.reply.content.some((block) => block.type === "tool_use");
  if (!said && !working) return undefined;
  return found(
    "the harness's own limit of steps",
    view.finished.index,
    `the harness stopped after ${steps} model calls while the model was still working`,
  );
};

function found(template: string, step: number, evidence: string): ReturnType<Detector> {
  return { category: "steps-exhausted", template, step, component: "harness", score: 0.75, evidence };
}

const LIMIT =
  /\b(?:step|turn|iteration|round|loop)s?\b[^.\n]{0,40}\b(?:limit|maximum|max|exhausted|exceeded|reached|used up)\b|\b(?:limit|maximum|max|too many|ran out of|out of|exceeded)\b[^.\n]{0,40}\b(?:step|turn|iteration|round)s?\b/i;
