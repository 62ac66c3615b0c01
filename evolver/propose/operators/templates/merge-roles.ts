import { atBoundary, MERGED_TURNS } from "../shapes/boundary.ts";
import { repeatsRole } from "../../../analyse/transcript.ts";

/** Merges adjacent messages of one role, which many providers refuse; in a message of the user results come first. */
export const mergeRoles = atBoundary({
  name: "merge-roles",
  part: "model",
  title: "Merge adjacent messages of one role",
  helper: "createAlternating",
  types: ["ContentBlock", "Kernel", "Message", "ModelReply", "ModelRequest"],
  kinds: { "invalid-request": 0.9, "broken-pairing": 0.6, "repeated-message": 0.3 },
  seen: repeatsRole,
  why: "roles have to alternate, and results have to come first in their message",
  code: (
    name,
  ) => `/** Asks the model with alternating roles; in a message of the user the results come first. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
${MERGED_TURNS}
  const isResult = (block: ContentBlock): boolean => block.type === "tool_result";
  const messages = turns.map(
    ({ role, content }): Message => ({
      role,
      content: [...content.filter(isResult), ...content.filter((block) => !isResult(block))],
    }),
  );
  return kernel.model.create({ ...request, messages });
}`,
});
