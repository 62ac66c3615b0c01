/** Carries out one tool call and words its result for the model. */
import type { Kernel, ToolResult, ToolResultBlock, ToolUseBlock } from "ratchet-agent/protocol";
import { shorten } from "./truncation.ts";

export async function dispatch(kernel: Kernel, call: ToolUseBlock): Promise<ToolResultBlock> {
  const result = await kernel.tools.call({ id: call.id, name: call.name, input: call.input });
  return { type: "tool_result", tool_use_id: call.id, content: describe(result).replace("there is no tool named", "unknown tool"), is_error: result.is_error };
}

/** What the model is told of a result. */
function describe(result: ToolResult): string {
  return shorten(result.content);
}
