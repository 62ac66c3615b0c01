import { kernelCalls, surroundings } from "../shapes/kernel-calls.ts";
import type { Operator } from "../operator.ts";
import { freshName } from "../project.ts";
import type { Source } from "../project.ts";
import { wrapped } from "../shapes/wrap-call.ts";
import type { Helper } from "../shapes/wrap-call.ts";

/** Answers an empty reply with a request to go on, at most twice, before it counts as the end. */
export const nudgeSilence: Operator = {
  name: "nudge-silence",
  appliesTo: (evidence) => evidence.weights.get("empty-reply") ?? 0,
  transform(project, evidence) {
    const sites = kernelCalls(project, "model").filter((site) => !/nudge/i.test(surroundings(project, site)));
    return wrapped(sites, helper, "Ask again when the model says nothing", evidence);
  },
  rationale: (evidence) =>
    `${evidence.hypothesis("empty-reply")?.evidence ?? "The run ended after an empty reply"}: a model that is asked to go on usually does.`,
};

/**
 * At the call and not in the loop: there the shape of the loop does not matter, an empty message is never stored, and the
 * nudge is gone once it worked. It joins the last message, because roles have to alternate.
 */
function helper(source: Source): Helper {
  const name = freshName(source, "createNudged");
  return {
    name,
    types: ["ContentBlock", "Kernel", "ModelReply", "ModelRequest"],
    code: `/** Asks the model, and again with a nudge, at most twice, when it says nothing at all. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  const nudge: ContentBlock = { type: "text", text: "Your last reply was empty. Take the next step, or say that the task is done." };
  let reply = await kernel.model.create(request);
  for (let nudges = 0; nudges < 2 && !kernel.aborted; nudges += 1) {
    if (!reply.content.every((block) => block.type === "text" && block.text.trim() === "")) break;
    const earlier = request.messages.slice(0, -1);
    const content = request.messages.at(-1)?.content ?? [];
    const blocks: ContentBlock[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
    reply = await kernel.model.create({ ...request, messages: [...earlier, { role: "user", content: [...blocks, nudge] }] });
  }
  return reply;
}`,
  };
}
