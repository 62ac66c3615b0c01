import { atBoundary } from "../shapes/boundary.ts";
import { repeatsId } from "../../../analyse/transcript.ts";

/** Gives a call an id of its own where a server numbers the calls of each reply from the start. */
export const freshCallIds = atBoundary({
  name: "fresh-call-ids",
  part: "model",
  title: "Give each call an id that no earlier call has",
  helper: "createWithFreshIds",
  types: ["ContentBlock", "Kernel", "ModelReply", "ModelRequest"],
  kinds: { "invalid-request": 0.8, "broken-pairing": 0.9, "wrong-result": 0.2 },
  seen: repeatsId,
  why: "an id that names two calls makes results answer the wrong one",
  code: (name) => `/** Asks the model; a call whose id was used before gets another one. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  const reply = await kernel.model.create(request);
  const earlier = request.messages.flatMap(({ content }) => (typeof content === "string" ? [] : content));
  const used = new Set(earlier.flatMap((block) => (block.type === "tool_use" ? [block.id] : [])));
  const content = reply.content.map((block): ContentBlock => {
    if (block.type !== "tool_use") return block;
    let id = block.id;
    for (let n = 2; used.has(id); n += 1) id = \`\${block.id}_\${n}\`;
    used.add(id);
    return { ...block, id };
  });
  return { ...reply, content };
}`,
});
