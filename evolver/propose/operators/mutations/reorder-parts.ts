import type { Mutation, Site } from "../mutation.ts";
import type { Node } from "../project.ts";
import { change, textOf } from "../shapes/change.ts";
import { replaced } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

/** Puts entries of a list or an object the other way round: `{ ...a, ...b }` lets `b` win. */
export const reorderParts: Mutation = {
  name: "reorder-parts",
  weight: 5,
  rationale: "The order of the parts may be wrong: what comes last wins, or is seen last.",
  changes(node, site) {
    const { ts } = site;
    if (ts.isArrayLiteralExpression(node)) return pairs(node.elements, site, 1);
    if (ts.isObjectLiteralExpression(node))
      return pairs(node.properties, site, 1).filter((_, index) => spreads(site, node.properties, index));
    if (ts.isConditionalExpression(node)) return [swapped(site, node.whenTrue, node.whenFalse, 1)];
    if (!ts.isBinaryExpression(node) || !/^(?:-|\/|\+|%|\?\?)$/.test(textOf(site, node.operatorToken)))
      return [];
    return [swapped(site, node.left, node.right, 0.6)];
  },
};

function pairs(parts: readonly Node[], site: Site, fit: number) {
  return parts.slice(1).map((second, index) => swapped(site, parts[index] ?? second, second, fit));
}

/** Without a spread the order of fields means nothing. */
function spreads({ ts }: Site, parts: readonly Node[], index: number): boolean {
  return [parts[index], parts[index + 1]].some((part) => part !== undefined && ts.isSpreadAssignment(part));
}

function swapped(site: Site, first: Node, second: Node, fit: number) {
  const splices = [
    replaced(site.source, first, textOf(site, second)),
    replaced(site.source, second, textOf(site, first)),
  ];
  return change(
    site,
    first,
    `Swap ${quoted(textOf(site, first))} and ${quoted(textOf(site, second))}`,
    splices,
    fit,
  );
}
