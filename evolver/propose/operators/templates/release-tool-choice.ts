import { kernelCalls } from "../shapes/kernel-calls.ts";
import { atBoundary } from "../shapes/boundary.ts";
import type { Project } from "../project.ts";

/** Forces a tool once: a choice that stays forced after its call makes the model call tools for ever. */
export const releaseToolChoice = atBoundary({
  name: "release-tool-choice",
  part: "model",
  title: "Force a tool choice for one reply only",
  helper: "createForcedOnce",
  types: ["Kernel", "ModelReply", "ModelRequest"],
  kinds: { "steps-exhausted": 0.7, "budget-exhausted": 0.5, "repeated-call": 0.8, oscillation: 0.6 },
  why: "a forced choice of a tool has to end with the call that it forced",
  skips: (project) => !forcesChoice(project),
  code: (name) => `/** Asks the model; a forced choice of a tool holds until the first call was made. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  const { tool_choice: choice, ...free } = request;
  const calls = request.messages.some(
    ({ content }) => typeof content !== "string" && content.some((block) => block.type === "tool_use"),
  );
  const isForced = choice?.type === "any" || choice?.type === "tool";
  return kernel.model.create(isForced && calls ? free : request);
}`,
});

/** Somewhere a choice is set at all. */
function forcesChoice(project: Project): boolean {
  return (
    kernelCalls(project, "model").length > 0 &&
    project.sources.some(({ text }) => /\btool_choice\b/.test(text))
  );
}
