import type { View } from "../../../analyse/view.ts";
import { atBoundary } from "../shapes/boundary.ts";
import { overflowed } from "../../../analyse/transcript.ts";

/** Bounds what one result may take of the context, head and tail, where the harness passes on whatever a tool prints. */
export const boundResults = atBoundary({
  name: "bound-results",
  part: "tools",
  title: "Bound a result to a share of the context",
  helper: "callBounded",
  types: ["Kernel", "ToolCall", "ToolResult"],
  kinds: {
    "invalid-request": 0.3,
    "context-not-smaller": 0.4,
    "budget-exhausted": 0.5,
    "harness-error": 0.2,
  },
  seen: floods,
  why: "one long result must not fill the context",
  code: (
    name,
  ) => `/** Calls a tool; of a result longer than a tenth of the context (four characters a token) head and tail are kept. */
async function ${name}(kernel: Kernel, call: ToolCall): Promise<ToolResult> {
  const result = await kernel.tools.call(call);
  const limit = Math.max(500, Math.floor(kernel.hello.limits.context_tokens * 0.4));
  if (result.content.length <= limit) return result;
  const half = Math.floor(limit / 2) - 40;
  const marker = \`\\n[... \${result.content.length - 2 * half} characters left out ...]\\n\`;
  const content = (result.content.slice(0, half) + marker + result.content.slice(-half)).toWellFormed();
  return { ...result, content };
}`,
});

/** A result that alone is longer than most contexts, in a run that had no room. */
function floods(view: View): boolean {
  return overflowed(view) && view.calls.some(({ event }) => event.result.total_bytes > 20_000);
}
