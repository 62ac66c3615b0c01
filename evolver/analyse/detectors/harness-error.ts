import type { Detector } from "../detector.ts";
import { framesOf } from "../stack.ts";
import { templateOf } from "../template.ts";

/** The harness threw. The template names file and function but no line, which moves with every edit. */
export const harnessError: Detector = (view) => {
  const error = view.exited?.event.error;
  if (!view.exited || !error) return withoutWord(view);
  const frame = framesOf(error.stack)[0];
  const place = frame ? ` at ${frame.file}${frame.fn && `:${frame.fn}`}` : "";
  return {
    category: "harness-error",
    template: templateOf(error.message) + place,
    step: view.exited.index,
    component: "harness",
    score: 0.95,
    evidence: `harness threw "${error.message}"${frame ? ` at ${frame.file}:${frame.line} in ${frame.fn || "(top level)"}` : ""}`,
  };
};

/** It did not start, broke the protocol or was killed: the kernel alone knows, and says so at the end. */
const withoutWord: Detector = ({ trace }) => {
  const step = trace.events.findLastIndex(({ kind }) => kind === "run_ended");
  const end = trace.events[step];
  if (end?.kind !== "run_ended" || end.status !== "crashed" || end.summary === undefined) return undefined;
  return {
    category: "harness-error",
    template: templateOf(end.summary),
    step,
    component: "harness",
    score: 0.95,
    evidence: end.summary,
  };
};
