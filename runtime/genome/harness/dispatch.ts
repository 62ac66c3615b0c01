/** Runs the calls of one reply, one after the other and in their order: so writes to one path can never race. */
import type { Kernel, ToolCall, ToolResult, ToolUseBlock, WireError } from "ratchet-agent/protocol";
import { waitBefore } from "./backoff.ts";
import { parseInput } from "./input.ts";
import { note } from "./note.ts";
import { type Limits, resultLimits, truncate } from "./truncation.ts";

/** Times a transient failure is tried again. The kernel calls only failures of calls without side effects so. */
const MAX_RETRIES = 3;
const SILENT = "(no output)";

/** What became of one call, as the model is shown it. */
export interface Outcome {
  readonly id: string;
  readonly text: string;
  readonly isError: boolean;
  readonly exitCode: number | undefined;
  readonly outOfBudget: boolean;
}

/** One outcome for each call, in their order: a call that fails, or is no longer run, never takes its siblings with it. */
export async function dispatch(kernel: Kernel, calls: readonly ToolUseBlock[]): Promise<Outcome[]> {
  const limits = resultLimits(kernel.hello.limits.context_tokens, calls.length);
  const outcomes: Outcome[] = [];
  for (const call of calls) {
    if (kernel.aborted) outcomes.push(failed(call, "not run: the run was stopped", limits));
    else outcomes.push(await runOne(kernel, call, limits));
  }
  return outcomes;
}

async function runOne(kernel: Kernel, call: ToolUseBlock, limits: Limits): Promise<Outcome> {
  const parsed = parseInput(call.input);
  const names = kernel.hello.tools.map((tool) => tool.name).toSorted();
  if (!names.includes(call.name)) {
    return failed(call, `unknown tool "${call.name}". Available tools: ${names.join(", ")}.`, limits);
  }
  if (parsed.kind === "malformed") {
    const problem = `the input of "${call.name}" must be a JSON object, but was: ${parsed.written}`;
    return failed(call, `${problem}\nAvailable tools: ${names.join(", ")}.`, limits);
  }
  try {
    return shown(
      call,
      await withRetries(kernel, { id: call.id, name: call.name, input: parsed.input }),
      limits,
    );
  } catch (error) {
    const { code, message = String(error) }: Partial<WireError> = error instanceof Error ? error : {};
    return { ...failed(call, message, limits), outOfBudget: code === "budget_exhausted" };
  }
}

async function withRetries(kernel: Kernel, call: ToolCall): Promise<ToolResult> {
  for (let retry = 0; ; retry += 1) {
    const result = await kernel.tools.call(call);
    if (result.failure?.kind !== "transient" || retry >= MAX_RETRIES) return result;
    const wait = waitBefore(retry, result.failure.retry_after_ms);
    if (wait === undefined) return result;
    await note(kernel, "retry", {
      what: call.name,
      retry: retry + 1,
      wait_ms: wait,
      message: result.content.slice(0, 200),
    });
    await kernel.sleep(wait);
    if (kernel.aborted) return result;
  }
}

/** A failure is always visible as one, whichever of its signs the tool gave. */
function shown(call: ToolUseBlock, result: ToolResult, limits: Limits): Outcome {
  const exitCode = result.exit_code;
  const isError =
    result.is_error || result.failure !== undefined || (exitCode !== undefined && exitCode !== 0);
  if (!isError) {
    const text = truncate(result.content, limits, result.total_bytes).text;
    return { id: call.id, text: text.trim() === "" ? SILENT : text, isError, exitCode, outOfBudget: false };
  }
  const what = withStatus(result).trim() || (result.failure?.kind ?? "failed without a message");
  const outcome = failed(call, what, limits, result.total_bytes);
  return { ...outcome, exitCode, outOfBudget: result.failure?.kind === "budget" };
}

function withStatus({ content, exit_code }: ToolResult): string {
  const status = `exit code ${exit_code}`;
  return exit_code === undefined || exit_code === 0 || content.includes(status)
    ? content
    : `${status}\n${content}`;
}

function failed(call: ToolUseBlock, message: string, limits: Limits, totalBytes = 0): Outcome {
  const text = message.startsWith("error: ") ? message : `error: ${message}`;
  const { text: cut } = truncate(text, limits, totalBytes);
  return { id: call.id, text: cut, isError: true, exitCode: undefined, outOfBudget: false };
}
