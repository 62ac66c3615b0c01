import type { View } from "../../../analyse/view.ts";
import { atBoundary } from "../shapes/boundary.ts";

/** Lets a model that paused go on, at most five times, where the harness takes the pause for the end. */
export const continuePaused = atBoundary({
  name: "continue-paused",
  part: "model",
  title: "Let a model that paused go on",
  helper: "createUnpaused",
  types: ["Kernel", "ModelReply", "ModelRequest"],
  kinds: { "early-stop": 0.6, "empty-reply": 0.4, "wrong-result": 0.2 },
  seen: endedPaused,
  exact: true,
  why: "a pause is not the end: the model goes on when it gets its own words back",
  code: (
    name,
  ) => `/** Asks the model until it does not pause, at most five times more; the reply holds all that it said. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  let reply = await kernel.model.create(request);
  for (let pauses = 0; pauses < 5 && reply.stop_reason === "pause_turn" && !kernel.aborted; pauses += 1) {
    const said = reply.content;
    if (said.length === 0 || said.some((block) => block.type === "tool_use")) break;
    const next = await kernel.model.create({
      ...request,
      messages: [...request.messages, { role: "assistant", content: said }, { role: "user", content: "Go on." }],
    });
    reply = { ...next, content: [...said, ...next.content] };
  }
  return reply;
}`,
});

function endedPaused({ models }: View): boolean {
  return models.at(-1)?.event.reply?.stop_reason === "pause_turn";
}
