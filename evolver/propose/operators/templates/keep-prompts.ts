import type { View } from "../../../analyse/view.ts";
import { atBoundary } from "../shapes/boundary.ts";

/** Sends the system text and the lessons with every request that may call tools, also after what shortened the context. */
export const keepPrompts = atBoundary({
  name: "keep-prompts",
  part: "model",
  title: "Send system text and lessons with every request",
  helper: "createWithPrompts",
  types: ["Kernel", "ModelReply", "ModelRequest"],
  kinds: {
    "gave-up": 0.5,
    "wrong-result": 0.3,
    "tool-error": 0.3,
    "refused-by-policy": 0.3,
    "early-stop": 0.3,
  },
  seen: lacksSystem,
  exact: true,
  why: "a model works by its instructions only as long as it sees them",
  code: (name) => `const ${name}Systems = new WeakMap<Kernel, string>();

/** Asks the model with the longest system text of the run so far, and with the lessons in it. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  if (request.tools === undefined) return kernel.model.create(request);
  const { prompts } = kernel.hello;
  const known = ${name}Systems.get(kernel) ?? prompts["system"] ?? "";
  const given = request.system ?? "";
  const kept = given.length < known.length / 2 ? known : given;
  const lessons = (prompts["lessons"] ?? "").trim();
  const system = lessons === "" || kept.includes(lessons) ? kept : \`\${kept}\\n\\n\${lessons}\`.trim();
  ${name}Systems.set(kernel, system);
  return kernel.model.create(system === "" ? request : { ...request, system });
}`,
});

/** No request of the run has a system text. */
function lacksSystem({ models }: View): boolean {
  return models.length > 0 && models.every(({ event }) => event.request.system === undefined);
}
