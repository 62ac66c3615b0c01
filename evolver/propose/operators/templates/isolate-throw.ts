import { kernelCalls } from "../shapes/kernel-calls.ts";
import type { Operator, Variant } from "../operator.ts";
import { suspicionAt } from "../evidence.ts";
import type { Evidence } from "../evidence.ts";
import { around, each, freshName, linesOf } from "../project.ts";
import type { Project, Source } from "../project.ts";
import { deeper, indentAt, indentUnit, newline, styled } from "../shapes/style.ts";
import { wrapped } from "../shapes/wrap-call.ts";
import type { Helper } from "../shapes/wrap-call.ts";
import type { ts as T } from "ts-morph";

/** Turns an exception on the way of a tool call into an error result, which the model can answer. */
export const isolateThrow: Operator = {
  name: "isolate-throw",
  appliesTo: (evidence) => 0.8 * (evidence.weights.get("harness-error") ?? 0),
  transform(project, evidence) {
    const sites = kernelCalls(project, "tools").filter(({ call }) => !inTry(project, call));
    return [
      ...wrapped(sites, helper, "Answer a failing tool call with an error result", evidence),
      ...project.sources.flatMap((source) => guardedFunctions(project, source, evidence)),
    ];
  },
  rationale: (evidence) =>
    `${evidence.hypothesis("harness-error")?.evidence ?? "The harness threw"}: one failing call should be an error the model sees, not the end of the run.`,
};

function inTry({ ts }: Project, node: T.Node): boolean {
  const guard = around(node, ts.isTryStatement);
  return guard?.catchClause !== undefined && node.end <= guard.tryBlock.end;
}

function helper(source: Source): Helper {
  const name = freshName(source, "callSafely");
  return {
    name,
    types: ["Kernel", "ToolCall", "ToolResult"],
    code: `/** Calls a tool; whatever is thrown becomes an error result, so that one call cannot end the run. */
async function ${name}(kernel: Kernel, call: ToolCall): Promise<ToolResult> {
  try {
    return await kernel.tools.call(call);
  } catch (error) {
    const content = \`error: \${error instanceof Error ? error.message : String(error)}\`;
    return { content, is_error: true, total_bytes: content.length };
  }
}`,
  };
}

/** Functions on the stack whose result can carry an error: their whole body is guarded. */
function guardedFunctions(project: Project, source: Source, evidence: Evidence): Variant[] {
  const { ts } = project;
  return each(ts, source.ast, ts.isFunctionLike).flatMap((fn) => {
    const { from, to } = linesOf(source, fn);
    const body = "body" in fn ? fn.body : undefined;
    if (!body || !ts.isBlock(body) || body.statements.length === 0) return [];
    if (suspicionAt(evidence, source.path, from, to) < 1 || body.statements.some(ts.isTryStatement))
      return [];
    const failure = errorValue(fn.type?.getText(source.ast));
    const first = body.statements[0];
    const last = body.statements.at(-1);
    if (failure === undefined || !first || !last) return [];
    const indent = indentAt(source.text, first.getStart(source.ast));
    const [start, end] = [first.getStart(source.ast), last.end];
    const inner = deeper(source, source.text.slice(start, end));
    if (inner === undefined) return [];
    const nl = newline(source.text);
    const text =
      `try {${nl}${indent}${indentUnit(source.text)}${inner}${nl}${indent}} catch (error) {${nl}` +
      `${styled(source, `  const reason = \`error: \${error instanceof Error ? error.message : String(error)}\`;\n  return ${failure};`, indent)}${nl}${indent}}`;
    const title = `Answer with an error when ${nameOf(ts, fn) || "the call"} throws`;
    return [{ title, splices: new Map([[source.path, [{ start, end, text }]]]), fit: 0.9 }];
  });
}

function errorValue(type: string | undefined): string | undefined {
  const bare = type?.replace(/\s+/g, "").replace(/^Promise<(.*)>$/, "$1");
  if (bare === "string") return "reason";
  if (bare === "ToolResult") return "{ content: reason, is_error: true, total_bytes: reason.length }";
  return undefined;
}

function nameOf(ts: Project["ts"], fn: T.SignatureDeclaration): string {
  const named = fn.name ?? (ts.isVariableDeclaration(fn.parent) ? fn.parent.name : undefined);
  return named && ts.isIdentifier(named) ? named.text : "";
}
