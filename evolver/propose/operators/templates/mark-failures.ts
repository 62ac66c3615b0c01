import { atBoundary } from "../shapes/boundary.ts";
import { unmarkedFailure } from "../../../analyse/transcript.ts";

/** Makes a failure visible by every sign: error mark, first words, exit code. Tools give one, harnesses look at another. */
export const markFailures = atBoundary({
  name: "mark-failures",
  part: "tools",
  title: "Mark every failed call, whichever sign it gave",
  helper: "callMarked",
  types: ["Kernel", "ToolCall", "ToolResult"],
  kinds: { "ignored-error": 0.9, "contradicted-claim": 0.5, "early-stop": 0.4, "wrong-result": 0.2 },
  seen: unmarkedFailure,
  why: "a command that fails must look failed to the model, whatever the harness looks at",
  code: (name) => `/** Calls a tool; a failure has the error mark and says so in its first words. */
async function ${name}(kernel: Kernel, call: ToolCall): Promise<ToolResult> {
  const result = await kernel.tools.call(call);
  const code = result.exit_code ?? 0;
  if (!result.is_error && result.failure === undefined && code === 0) return result;
  const said = result.content.trim() === "" ? (result.failure?.kind ?? "failed without a message") : result.content;
  const words = code === 0 || said.includes(\`exit code \${code}\`) ? said : \`exit code \${code}\\n\${said}\`;
  const content = /^error\\b/i.test(words) ? words : \`error: \${words}\`;
  return { ...result, content, is_error: true };
}`,
});
