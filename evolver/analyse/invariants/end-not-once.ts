import type { Detector } from "../detector.ts";

/** A harness that ends by itself says so exactly once, and does nothing afterwards. */
export const endNotOnce: Detector = (view) => {
  const { events } = view.trace;
  const ends = events.flatMap(({ kind }, index) => (kind === "finished" ? [index] : []));
  const [first, second] = ends;
  if (second !== undefined) return found(second, "the run ended twice", "the harness finished a second time");
  if (first !== undefined) {
    const later = events.findIndex(
      ({ kind }, index) => index > first && (kind === "model_called" || kind === "tool_called"),
    );
    return later < 0
      ? undefined
      : found(later, "work after the end", "the harness went on after it had finished");
  }
  const { exited } = view;
  if (!exited || exited.event.error || view.budget || !/^(?:exit )?code 0$/.test(exited.event.exit))
    return undefined;
  return found(exited.index, "no word at the end", "the harness ended by itself without saying so");
};

function found(step: number, template: string, evidence: string): ReturnType<Detector> {
  return { category: "end-not-once", template, step, component: "harness", score: 0.93, evidence };
}
