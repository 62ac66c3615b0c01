import { atBoundary, WITH_TEXT } from "../shapes/boundary.ts";
import { ranCutCall } from "../../../analyse/transcript.ts";

/** Carries out no call of a reply that was cut at the output limit: its arguments may be cut, too. Asks for smaller pieces. */
export const redoCutReply = atBoundary({
  name: "redo-cut-reply",
  part: "model",
  title: "Run no call of a reply that was cut off",
  helper: "createUncut",
  types: ["ContentBlock", "Kernel", "Message", "ModelReply", "ModelRequest"],
  kinds: {
    "malformed-call": 0.7,
    "tool-error": 0.3,
    "wrong-result": 0.3,
    "early-stop": 0.4,
    "unknown-argument": 0.3,
  },
  seen: ranCutCall,
  exact: true,
  why: "a call that was cut at the output limit is not the call that was meant",
  code: (
    name,
  ) => `/** Asks the model, and again, at most twice, when its reply was cut within a call. A cut call is never returned. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
${WITH_TEXT}
  const isCut = (reply: ModelReply): boolean =>
    reply.stop_reason === "max_tokens" && reply.content.some((block) => block.type === "tool_use");
  let reply = await kernel.model.create(request);
  for (let tries = 0; tries < 2 && isCut(reply) && !kernel.aborted; tries += 1) {
    const messages = withText("Your last reply was cut off and its tool calls were not run. Go on in smaller pieces.");
    reply = await kernel.model.create({ ...request, messages });
  }
  return isCut(reply) ? { ...reply, content: reply.content.filter((block) => block.type !== "tool_use") } : reply;
}`,
});
