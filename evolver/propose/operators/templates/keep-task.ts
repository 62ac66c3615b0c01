import { atBoundary } from "../shapes/boundary.ts";
import { lostTask } from "../../../analyse/transcript.ts";

/**
 * Puts the task back in front when a request no longer has it: after compaction, truncation or a restore the model would
 * not know what it is there for. Results at the head of the cut, whose calls are gone, go as well.
 */
export const keepTask = atBoundary({
  name: "keep-task",
  part: "model",
  title: "Keep the task in every request",
  helper: "createWithTask",
  types: ["ContentBlock", "Kernel", "ModelReply", "ModelRequest"],
  kinds: {
    "wrong-result": 0.5,
    "gave-up": 0.7,
    "early-stop": 0.6,
    "contradicted-claim": 0.4,
    "steps-exhausted": 0.4,
    "empty-reply": 0.3,
    oscillation: 0.4,
    "repeated-call": 0.4,
  },
  seen: lostTask,
  exact: true,
  why: "a model that no longer sees the task cannot finish it",
  code: (name) => `/** Asks the model, with the task in front when the messages have lost it. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  const task = kernel.hello.instruction;
  const isThere = JSON.stringify(request.messages).includes(JSON.stringify(task).slice(1, -1));
  const [first, ...rest] = request.messages;
  if (isThere || first === undefined) return kernel.model.create(request);
  const words: ContentBlock = { type: "text", text: task };
  if (first.role === "assistant") {
    return kernel.model.create({ ...request, messages: [{ role: "user", content: [words] }, ...request.messages] });
  }
  const blocks: ContentBlock[] = typeof first.content === "string" ? [{ type: "text", text: first.content }] : first.content;
  const kept = blocks.filter((block) => block.type !== "tool_result");
  return kernel.model.create({ ...request, messages: [{ role: "user", content: [words, ...kept] }, ...rest] });
}`,
});
