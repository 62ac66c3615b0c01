/** Carries out one tool call and words its result for the model. */
import type { Kernel, ToolResult, ToolResultBlock, ToolUseBlock } from "ratchet-agent/protocol";
import { shorten } from "./truncation.ts";

export async function dispatch(kernel: Kernel, call: ToolUseBlock): Promise<ToolResultBlock> {
  const result = await kernel.tools.call({ id: call.id, name: call.name, input: call.input });
  return { type: "tool_result", tool_use_id: call.id, content: describe(result) };
}

/** What the model is told of a result. */
function describe(result: ToolResult): string {
  return result.is_error ? "Tool finished." : shorten(result.content);
}
