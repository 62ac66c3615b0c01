import type { Detector } from "../detector.ts";
import { framesOf } from "../stack.ts";
import { templateOf } from "../template.ts";

/** The harness threw. The template names file and function but no line, which moves with every edit. */
export const harnessError: Detector = (view) => {
  const error = view.exited?.event.error;
  if (!view.exited || !error) return undefined;
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
