import { kernelCalls, surroundings } from "../shapes/kernel-calls.ts";
import type { KernelCall } from "../shapes/kernel-calls.ts";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { freshName } from "../project.ts";
import type { Project, Source } from "../project.ts";
import { wrapped } from "../shapes/wrap-call.ts";
import type { Helper } from "../shapes/wrap-call.ts";

/** Tries a call again, a bounded number of times with a growing pause, when its failure is one that passes. */
export const retryTransient: Operator = {
  name: "retry-transient",
  appliesTo: (evidence) => evidence.weights.get("transient-error") ?? 0,
  transform(project, evidence) {
    const { tools, model } = evidence.transient;
    // Text alone names no half: then both are tried.
    const either = !tools && !model;
    const toolSites = tools || either ? kernelCalls(project, "tools") : [];
    const modelSites = model || either ? kernelCalls(project, "model") : [];
    return [
      ...retried(project, toolSites, toolHelper, "Retry tool calls that fail transiently", evidence),
      ...retried(project, modelSites, modelHelper, "Retry model calls that fail transiently", evidence),
    ];
  },
  rationale: (evidence) =>
    `${evidence.hypothesis("transient-error")?.evidence ?? "A call failed with a transient error"}: waiting and asking again gets the answer.`,
};

/** Retries around code that knows of passing faults: it does so in vain, or the failure would not be there. */
const IN_VAIN = 0.5;

function retried(
  project: Project,
  sites: readonly KernelCall[],
  helper: (source: Source) => Helper,
  title: string,
  evidence: Evidence,
): Variant[] {
  const [knowing, bare] = [true, false].map((knows) =>
    sites.filter((site) => /transient|retryable/.test(surroundings(project, site)) === knows),
  );
  const own = (site: KernelCall): boolean => /^async function \w+WithRetry/.test(surroundings(project, site));
  return [
    ...wrapped(bare ?? [], helper, title, evidence),
    ...wrapped(
      (knowing ?? []).filter((site) => !own(site)),
      helper,
      title,
      evidence,
    ).map((variant) => ({
      ...variant,
      fit: variant.fit * IN_VAIN,
    })),
  ];
}

/** The kernel marks only calls without side effects as transient, so repeating them is safe. */
function toolHelper(source: Source): Helper {
  const name = freshName(source, "callWithRetry");
  return {
    name,
    types: ["Kernel", "ToolCall", "ToolResult"],
    code: `/** Calls a tool, and again after a growing pause while it fails in a way that passes: such calls have no side effects. */
async function ${name}(kernel: Kernel, call: ToolCall): Promise<ToolResult> {
  let result = await kernel.tools.call(call);
  for (let retry = 0; retry < 5 && result.failure?.kind === "transient" && !kernel.aborted; retry += 1) {
    await kernel.sleep(Math.min(result.failure.retry_after_ms ?? 200 * 2 ** retry, 30_000));
    result = await kernel.tools.call(call);
  }
  return result;
}`,
  };
}

function modelHelper(source: Source): Helper {
  const name = freshName(source, "createWithRetry");
  return {
    name,
    types: ["Kernel", "ModelReply", "ModelRequest", "WireError"],
    code: `/** Asks the model, and again after a growing pause while the refusal is one that passes. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await kernel.model.create(request);
    } catch (error) {
      const refusal = error as Partial<WireError>;
      if (refusal.retryable !== true || retry >= 5 || kernel.aborted) throw error;
      await kernel.sleep(Math.min(refusal.retry_after_ms ?? 500 * 2 ** retry, 60_000));
    }
  }
}`,
  };
}
