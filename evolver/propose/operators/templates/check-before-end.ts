import { atBoundary } from "../shapes/boundary.ts";

/** Asks a model that wants to stop, once in a run, to look at what it did: claims and early ends often do not survive it. */
export const checkBeforeEnd = atBoundary({
  name: "check-before-end",
  part: "model",
  title: "Ask for a check of the work before the end, once",
  helper: "createChecked",
  types: ["Kernel", "ModelReply", "ModelRequest"],
  kinds: {
    "unverified-write": 0.8,
    "contradicted-claim": 0.8,
    "early-stop": 0.7,
    "ignored-error": 0.2,
  },
  why: "a model that looks at its work once more finds what is missing",
  code: (name) => `const ${name}Runs = new WeakSet<Kernel>();

/** Asks the model; the first time that it wants to stop after work was done, it is asked to check that work. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  const reply = await kernel.model.create(request);
  const calls = reply.content.some((block) => block.type === "tool_use");
  const worked = request.messages.some(
    ({ content }) => typeof content !== "string" && content.some((block) => block.type === "tool_use"),
  );
  const says = reply.content.some((block) => block.type === "text" && block.text.trim() !== "");
  const ends = reply.stop_reason === "end_turn" && !calls && worked && says && request.tools !== undefined;
  if (!ends || kernel.aborted || ${name}Runs.has(kernel)) return reply;
  ${name}Runs.add(kernel);
  const words = "Before you finish: check what you did against the task. Go on if anything is missing, else give your answer again.";
  return kernel.model.create({
    ...request,
    messages: [...request.messages, { role: "assistant", content: reply.content }, { role: "user", content: words }],
  });
}`,
});
