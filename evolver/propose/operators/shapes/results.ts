/** Finds the variable that holds what a tool call returned. */
import { around, each } from "../project.ts";
import type { Node, Project, Source } from "../project.ts";

/**
 * Name of the closest variable or parameter in the functions around `node` that is a `ToolResult`: declared as one, or
 * assigned from a tool call. Undefined when there is none.
 */
export function resultInScope({ ts }: Project, source: Source, node: Node): string | undefined {
  for (let fn = around(node, ts.isFunctionLike); fn; fn = around(fn, ts.isFunctionLike)) {
    const typed = fn.parameters.find(({ type }) => type?.getText(source.ast) === "ToolResult");
    if (typed) return typed.name.getText(source.ast);
    const before = each(ts, fn, ts.isVariableDeclaration).filter(
      (declaration) => declaration.end <= node.getStart(),
    );
    const held = before.findLast(
      ({ name, type, initializer }) =>
        ts.isIdentifier(name) &&
        (type?.getText(source.ast) === "ToolResult" ||
          /^await\b[^;]*tools\.call\(/.test(initializer?.getText(source.ast) ?? "")),
    );
    // Each variable must be visible from the node: its block is around the node.
    const block = held && around(held, (at): at is Node => ts.isBlock(at) || ts.isSourceFile(at));
    if (held && block && block.getStart() <= node.getStart() && block.end >= node.end)
      return held.name.getText(source.ast);
  }
  return undefined;
}
