/** Which code asks the kernel, itself or through functions of the harness. */
import type { ts as T } from "ts-morph";
import { each } from "../project.ts";
import type { Node, Project } from "../project.ts";
import { kernelCalls } from "./kernel-calls.ts";

/** Tells whether a model or tool call can be reached from a node: through functions that it calls by name. */
export function reaching(project: Project, part: "model" | "tools"): (node: Node) => boolean {
  const { ts } = project;
  const sites = new Set<Node>(kernelCalls(project, part).map(({ call }) => call));
  const functions = project.sources.flatMap(({ ast }) =>
    each(ts, ast, ts.isFunctionLike).flatMap((fn) => {
      const name = functionName(ts, fn);
      return name === undefined ? [] : [{ name, calls: each(ts, fn, ts.isCallExpression) }];
    }),
  );
  const known = new Set<string>();
  const asks = (call: T.CallExpression): boolean =>
    sites.has(call) ||
    known.has(calledName(call)) ||
    call.arguments.some((argument) => known.has(argument.getText()));
  for (let before = -1; before < known.size;) {
    before = known.size;
    for (const { name, calls } of functions) if (calls.some(asks)) known.add(name);
  }
  return (node) =>
    each(ts, node, ts.isCallExpression).some(asks) || (ts.isIdentifier(node) && known.has(node.text));
}

/** `dispatch` in `dispatch(…)` and in `this.dispatch(…)`, `#act` in `this.#act(…)`. */
function calledName({ expression }: T.CallExpression): string {
  return expression.getText().split(".").at(-1) ?? "";
}

/** Of a declaration, a method, or a function that a variable is bound to. */
export function functionName(ts: Project["ts"], fn: T.SignatureDeclaration): string | undefined {
  const name = fn.name ?? (ts.isVariableDeclaration(fn.parent) ? fn.parent.name : undefined);
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) ? name.text : undefined;
}
