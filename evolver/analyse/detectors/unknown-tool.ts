import type { Detector } from "../detector.ts";

/** The model asked for a tool that does not exist, and that call or a renamed one never came through. */
export const unknownTool: Detector = (view) => {
  const unknown = view.calls.findLast(({ event }) => event.result.failure?.kind === "unknown_tool");
  if (!unknown) return undefined;
  const wanted = JSON.stringify(unknown.event.input);
  const renamed = view.calls.some(
    ({ index, event }) =>
      index > unknown.index && !event.result.is_error && JSON.stringify(event.input) === wanted,
  );
  if (renamed) return undefined;
  return {
    category: "unknown-tool",
    template: `unknown tool ${unknown.event.name}`,
    step: unknown.index,
    component: "harness",
    score: 0.85,
    evidence: `the model called ${unknown.event.name}, which does not exist`,
  };
};
