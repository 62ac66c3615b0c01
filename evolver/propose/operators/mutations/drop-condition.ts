import type { Mutation, Site } from "../mutation.ts";
import { change, replacing, textOf } from "../shapes/change.ts";
import { isDefault, isLogical } from "../shapes/conditions.ts";
import { insideOf, replaced } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";
import type { Node } from "../project.ts";

/** Asks less: one side of `&&`, `||` or `??`, one branch of a choice. */
export const dropCondition: Mutation = {
  name: "drop-condition",
  weight: 6,
  rationale: "A condition too many may keep the code from what it should do.",
  changes(node, site) {
    const { ts, source } = site;
    if (isLogical(site, node) || isDefault(site, node))
      return [dropped(site, node, node.right, node.left), dropped(site, node, node.left, node.right)];
    if (ts.isConditionalExpression(node))
      return [node.whenTrue, node.whenFalse].map((branch) =>
        replacing(site, node, textOf(site, branch), 0.7),
      );
    if (!ts.isIfStatement(node)) return [];
    const what = `Do always what depends on ${quoted(textOf(site, node.expression))}`;
    return [node.thenStatement, ...(node.elseStatement ? [node.elseStatement] : [])].map((branch) =>
      change(site, node, what, [replaced(source, node, insideOf(ts, source, branch))], 0.5),
    );
  },
};

function dropped(site: Site, node: Node, part: Node, rest: Node) {
  const what = `Drop ${quoted(textOf(site, part))}`;
  return change(site, node, what, [replaced(site.source, node, textOf(site, rest))], 1);
}
