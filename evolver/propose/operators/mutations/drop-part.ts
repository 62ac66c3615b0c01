import type { Mutation, Site } from "../mutation.ts";
import type { Node } from "../project.ts";
import { change, replacing, textOf } from "../shapes/change.ts";
import { quoted } from "../shapes/words.ts";

/** Leaves out an entry of a list, a field of an object, or a piece of a text. */
export const dropPart: Mutation = {
  name: "drop-part",
  weight: 4,
  rationale: "One part too many may be handed on.",
  changes(node, site) {
    const { ts, source } = site;
    if (ts.isTemplateSpan(node)) {
      const { expression } = node;
      const start = expression.getFullStart() - 2;
      return [
        change(
          site,
          node,
          `Leave out ${quoted(textOf(site, expression))}`,
          [{ start, end: node.literal.getStart(source.ast) + 1, text: "" }],
          0.3,
        ),
      ];
    }
    if (ts.isSpreadElement(node) && ts.isArrayLiteralExpression(node.parent))
      return [without(site, node, node.parent.elements)];
    if (ts.isArrayLiteralExpression(node.parent) && ts.isExpression(node))
      return [without(site, node, node.parent.elements)];
    if (ts.isObjectLiteralElementLike(node) && ts.isObjectLiteralExpression(node.parent)) {
      const spread =
        ts.isSpreadAssignment(node) &&
        ts.isParenthesizedExpression(node.expression) &&
        ts.isConditionalExpression(node.expression.expression);
      const always =
        spread &&
        ts.isParenthesizedExpression(node.expression) &&
        ts.isConditionalExpression(node.expression.expression)
          ? [replacing(site, node, `...${textOf(site, node.expression.expression.whenTrue)}`, 0.6)]
          : [];
      return [without(site, node, node.parent.properties), ...always];
    }
    return [];
  },
};

function without(site: Site, node: Node, list: readonly Node[]) {
  const index = list.indexOf(node);
  const next = list[index + 1];
  const before = list[index - 1];
  const { ast } = site.source;
  const splice = next
    ? { start: node.getStart(ast), end: next.getStart(ast), text: "" }
    : { start: before?.end ?? node.getStart(ast), end: node.end, text: "" };
  return change(site, node, `Leave out ${quoted(textOf(site, node), 36)}`, [splice], 0.8);
}
