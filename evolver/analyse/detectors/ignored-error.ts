import type { Detector } from "../detector.ts";
import { templateOf } from "../template.ts";
import { textOf } from "../view.ts";
import type { CallView } from "../view.ts";

/** A tool failed, and what the model was shown does not say so, or does not mark it as an error. */
export const ignoredError: Detector = (view) => {
  const hidden = view.calls.find((call) => disguise(call) === "hidden");
  const call = hidden ?? view.calls.find((each) => disguise(each) === "unmarked");
  if (!call?.shown) return undefined;
  const shown = textOf(call.shown);
  return {
    category: "ignored-error",
    // Two errors that are hidden in the same way may need different things once they are seen.
    template: `${hidden ? "hidden" : "not marked"}: ${templateOf(firstLine(call.event.result.content))}`,
    step: call.index,
    component: "harness",
    score: hidden ? 0.9 : 0.7,
    evidence: hidden
      ? `${call.event.name} failed with "${clip(call.event.result.content)}" and the model was shown "${clip(shown)}"`
      : `${call.event.name} failed, and its text reached the model without the error mark`,
  };
};

function disguise({ event, shown }: CallView): "hidden" | "unmarked" | "open" {
  if (!event.result.is_error || !shown) return "open";
  const text = textOf(shown);
  const telling = event.result.content.split("\n").filter((line) => line.trim().length >= 6);
  // A cut observation still shows some line, or the beginning of one.
  if (telling.length > 0 && !telling.some((line) => text.includes(line.trim().slice(0, 40)))) return "hidden";
  return shown.is_error === true || /^\W*error/i.test(text) ? "open" : "unmarked";
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}

function clip(text: string): string {
  const line = firstLine(text);
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
