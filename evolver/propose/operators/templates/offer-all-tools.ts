import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { each } from "../project.ts";
import type { Node, Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt } from "../shapes/variants.ts";
import { kernelCalls } from "../shapes/kernel-calls.ts";

const KINDS: Kinds = {
  "gave-up": 0.6,
  "unknown-tool": 0.7,
  "early-stop": 0.4,
  "wrong-result": 0.5,
  "contradicted-claim": 0.4,
  "tool-error": 0.2,
  "empty-reply": 0.2,
};

/** Shows the model all tools of the run where a filter hides some, or a request shows none. */
export const offerAllTools: Operator = {
  name: "offer-all-tools",
  appliesTo: (evidence) => askedFor(evidence, KINDS),
  transform: (project, evidence) => [
    ...project.sources.flatMap((source) => filtered(project, source, evidence)),
    ...withoutTools(project, evidence),
  ],
  rationale: (evidence) => because(evidence, KINDS, "a model cannot call a tool that it is not shown"),
};

/** `kernel.hello.tools.filter(…)`, `tools.slice(0, 8)` where `tools` comes from the hello. */
function filtered({ ts }: Project, source: Source, evidence: Evidence): Variant[] {
  return each(ts, source.ast, ts.isCallExpression).flatMap((call) => {
    const callee = call.expression;
    if (!ts.isPropertyAccessExpression(callee) || !/^(?:filter|slice)$/.test(callee.name.text)) return [];
    if (!isOfHello(ts, source, callee.expression)) return [];
    const splices = [replaced(source, call, callee.expression.getText(source.ast))];
    return [changeAt(evidence, source, call, "Show the model all tools", splices)];
  });
}

/** `….hello.tools`, or a name taken out of a hello or declared as a list of tools. */
function isOfHello(ts: Project["ts"], source: Source, node: T.Expression): boolean {
  if (/\bhello\.tools$/.test(node.getText(source.ast))) return true;
  if (!ts.isIdentifier(node)) return false;
  const named = (name: Node): boolean => name.getText(source.ast) === node.text;
  const taken = each(ts, source.ast, ts.isBindingElement).some(
    ({ name, propertyName, parent }) =>
      named(name) &&
      (propertyName ?? name).getText(source.ast) === "tools" &&
      ts.isVariableDeclaration(parent.parent) &&
      /\bhello$/.test(parent.parent.initializer?.getText(source.ast) ?? ""),
  );
  const declared = each(ts, source.ast, (at) => ts.isParameter(at) || ts.isVariableDeclaration(at)).some(
    (at) => named(at.name) && /ToolSpec\[\]/.test(at.type?.getText(source.ast) ?? ""),
  );
  return taken || declared;
}

/** A request with messages and without tools, where it is the only one: a summary needs none. */
function withoutTools(project: Project, evidence: Evidence): Variant[] {
  const { ts } = project;
  const sites = kernelCalls(project, "model");
  return sites.flatMap(({ source, argument, kernel }) => {
    if (sites.length !== 1 || kernel === undefined || !ts.isObjectLiteralExpression(argument)) return [];
    const names = argument.properties.map((property) => property.name?.getText(source.ast) ?? "…");
    const last = argument.properties.at(-1);
    if (!last || names.includes("tools") || names.includes("…")) return [];
    const splices = [{ start: last.end, end: last.end, text: `, tools: ${kernel}.hello.tools` }];
    return [changeAt(evidence, source, argument, "Show the model the tools", splices)];
  });
}
