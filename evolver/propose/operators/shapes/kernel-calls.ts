/** Finds where a harness asks the kernel: `kernel.tools.call(…)` and `kernel.model.create(…)`, whatever it calls the kernel. */
import type { ts as T } from "ts-morph";
import { around, each } from "../project.ts";
import type { Node, Project, Source } from "../project.ts";

export interface KernelCall {
  readonly source: Source;
  readonly call: T.CallExpression;
  readonly argument: T.Expression;
  /** Text that names the kernel at this place, `kernel` or `this.kernel`; undefined when it is not in reach. */
  readonly kernel: string | undefined;
}

const METHODS = { tools: "call", model: "create" } as const;

export function kernelCalls(project: Project, part: keyof typeof METHODS): KernelCall[] {
  const { ts } = project;
  return project.sources.flatMap((source) =>
    each(ts, source.ast, ts.isCallExpression).flatMap((call) => {
      const argument = call.arguments[0];
      const callee = call.expression;
      if (!argument || !ts.isPropertyAccessExpression(callee) || callee.name.text !== METHODS[part])
        return [];
      const owner = callee.expression;
      if (ts.isPropertyAccessExpression(owner) && owner.name.text === part) {
        return [{ source, call, argument, kernel: owner.expression.getText(source.ast) }];
      }
      if (!ts.isIdentifier(owner) || owner.text !== part) return [];
      return [{ source, call, argument, kernel: kernelInScope(project, source, call) }];
    }),
  );
}

/** Name of a parameter or variable of type `Kernel` that can be seen from `node`. */
export function kernelInScope({ ts }: Project, source: Source, node: Node): string | undefined {
  for (let fn = around(node, ts.isFunctionLike); fn; fn = around(fn, ts.isFunctionLike)) {
    const parameter = fn.parameters.find(
      ({ name, type }) =>
        ts.isIdentifier(name) && (type?.getText(source.ast) === "Kernel" || name.text === "kernel"),
    );
    if (parameter) return parameter.name.getText(source.ast);
  }
  const variable = each(ts, source.ast, ts.isVariableDeclaration).find(
    ({ type, parent }) => type?.getText(source.ast) === "Kernel" && parent.parent.parent === source.ast,
  );
  return variable?.name.getText(source.ast);
}

/** Text of the function around a call: to see whether it deals with the matter already. */
export function surroundings({ ts }: Project, { source, call }: KernelCall): string {
  return (around(call, ts.isFunctionLike) ?? source.ast).getText(source.ast);
}
