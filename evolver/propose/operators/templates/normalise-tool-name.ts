import { kernelCalls, surroundings } from "../shapes/kernel-calls.ts";
import type { Operator } from "../operator.ts";
import { freshName } from "../project.ts";
import type { Source } from "../project.ts";
import { wrapped } from "../shapes/wrap-call.ts";
import type { Helper } from "../shapes/wrap-call.ts";

/** Finds the tool that the model means when it writes the name in another case, with other separators or a longer tail. */
export const normaliseToolName: Operator = {
  name: "normalise-tool-name",
  appliesTo: (evidence) => evidence.weights.get("unknown-tool") ?? 0,
  transform(project, evidence) {
    const sites = kernelCalls(project, "tools").filter(
      (site) => !/toLowerCase|alias/i.test(surroundings(project, site)),
    );
    return wrapped(sites, helper, "Accept tool names in other spellings", evidence);
  },
  rationale: (evidence) =>
    `${evidence.hypothesis("unknown-tool")?.evidence ?? "The model called a tool that does not exist"}: the tool it means may be there under a name that is spelled differently.`,
};

function helper(source: Source): Helper {
  const name = freshName(source, "callByName");
  return {
    name,
    types: ["Kernel", "ToolCall", "ToolResult"],
    code: `/** Calls the tool that is meant: case and separators of its name do not matter. An unknown name stays as it is. */
async function ${name}(kernel: Kernel, call: ToolCall): Promise<ToolResult> {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const names = kernel.hello.tools.map((tool) => tool.name);
  if (names.includes(call.name)) return kernel.tools.call(call);
  const same = names.filter((name) => plain(name) === plain(call.name));
  const near = same.length > 0 ? same : names.filter((name) => plain(call.name).startsWith(plain(name)));
  const meant = near.length === 1 ? near[0] : undefined;
  return kernel.tools.call({ ...call, name: meant ?? call.name });
}`,
  };
}
