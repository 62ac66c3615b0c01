import type { View } from "../../../analyse/view.ts";
import { atBoundary } from "../shapes/boundary.ts";

/**
 * Looks at a call before it is carried out: no arguments mean an empty object, a string is read as JSON, and an unknown
 * tool or an input that is no object is an error result that lists what there is.
 */
export const checkCalls = atBoundary({
  name: "check-calls",
  part: "tools",
  title: "Check name and input of a call before it is run",
  helper: "callChecked",
  types: ["Kernel", "ToolCall", "ToolResult"],
  kinds: {
    "malformed-call": 1,
    "unknown-tool": 0.7,
    "unknown-argument": 0.3,
    "tool-error": 0.4,
    "harness-error": 0.3,
    "steps-exhausted": 0.1,
  },
  seen: wroteInvalidInput,
  why: "a call that cannot be run should tell the model why, and what it can call",
  code: (
    name,
  ) => `/** Calls a tool when its name and input can be right; says what is wrong with them otherwise. */
async function ${name}(kernel: Kernel, call: ToolCall): Promise<ToolResult> {
  const names = kernel.hello.tools.map((tool) => tool.name);
  const refuse = (kind: "invalid_input" | "unknown_tool", problem: string): ToolResult => {
    const content = \`error: \${problem}. Available tools: \${names.join(", ")}.\`;
    return { content, is_error: true, failure: { kind }, total_bytes: content.length };
  };
  if (!names.includes(call.name)) return refuse("unknown_tool", \`there is no tool "\${call.name}"\`);
  let input: unknown = call.input ?? {};
  if (typeof input === "string") {
    try {
      input = input.trim() === "" ? {} : JSON.parse(input);
    } catch {
      return refuse("invalid_input", \`the input of "\${call.name}" is not valid JSON\`);
    }
  }
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return refuse("invalid_input", \`the input of "\${call.name}" must be a JSON object\`);
  }
  return kernel.tools.call({ ...call, input });
}`,
});

function wroteInvalidInput({ calls }: View): boolean {
  return calls.some(({ event: { input, result } }) => {
    const kind = result.failure?.kind;
    return (
      kind === "unknown_tool" || (kind === "invalid_input" && (typeof input !== "object" || input === null))
    );
  });
}
