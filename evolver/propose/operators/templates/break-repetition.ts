import { atBoundary, WITH_TEXT } from "../shapes/boundary.ts";

/**
 * Tells a model that makes the same call over and over that it does, where nothing in the harness notices, or what
 * notices sees a difference that is none.
 */
export const breakRepetition = atBoundary({
  name: "break-repetition",
  part: "model",
  title: "Tell the model when it repeats its calls",
  helper: "createUnstuck",
  types: ["ContentBlock", "Kernel", "Message", "ModelReply", "ModelRequest"],
  kinds: { "repeated-call": 0.7, oscillation: 0.8, "steps-exhausted": 0.3, "budget-exhausted": 0.2 },
  why: "a model that is told that it repeats itself may try another way",
  code: (
    name,
  ) => `/** Asks the model; says so when its last calls were the same three times over, one by one or in turns. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
${WITH_TEXT}
  const rounds = request.messages.flatMap(({ role, content }) => {
    if (role !== "assistant" || typeof content === "string") return [];
    const calls = content.flatMap((block) => (block.type === "tool_use" ? [[block.name, block.input]] : []));
    return calls.length > 0 ? [JSON.stringify(calls)] : [];
  });
  const repeats = (period: number): boolean => {
    const recent = rounds.slice(-3 * period);
    return recent.length === 3 * period && recent.every((round, at) => round === recent[at % period]);
  };
  if (!repeats(1) && !repeats(2)) return kernel.model.create(request);
  const words = "You are repeating the same calls. Repeating them will not help: try another way, or say what is missing.";
  return kernel.model.create({ ...request, messages: withText(words) });
}`,
});
