/** Makes a tool fit for the host: parses the input once, and forgets its type. */
import type { z } from "zod";
import type { AnyTool, Tool } from "./tool.ts";

export function defineTool<Input>(tool: Tool<Input>): AnyTool {
  return {
    name: tool.name,
    description: tool.description,
    capability: tool.capability,
    input: tool.input,
    prepare(value) {
      // Models leave the arguments out when there are none to give.
      const parsed = tool.input.safeParse(value ?? {});
      if (!parsed.success) return { kind: "invalid", problem: describeProblem(tool, parsed.error) };
      return {
        kind: "ready",
        action: (context) => tool.action(parsed.data, context),
        run: (context) => tool.run(parsed.data, context),
      };
    },
  };
}

function describeProblem<Input>(tool: Tool<Input>, error: z.ZodError): string {
  const problems = error.issues.map(
    (issue) => `${issue.path.length > 0 ? `${issue.path.join(".")}: ` : ""}${issue.message}`,
  );
  return `the input of ${tool.name} is not valid: ${problems.join("; ")}`;
}
