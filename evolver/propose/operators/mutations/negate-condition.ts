import type { Mutation } from "../mutation.ts";
import { replacing } from "../shapes/change.ts";
import { isCondition, isNegation, negated } from "../shapes/conditions.ts";

/** Asks the opposite. */
export const negateCondition: Mutation = {
  name: "negate-condition",
  weight: 6,
  rationale: "The condition may hold exactly when it should not.",
  changes(node, site) {
    if (!isCondition(site, node) || isNegation(site, node.parent)) return [];
    // The operands of a chain have their own turn.
    const wholeChain =
      site.ts.isBinaryExpression(node) && /^(?:&&|\|\|)$/.test(node.operatorToken.getText(site.source.ast));
    return [replacing(site, node, negated(site, node), wholeChain ? 0.5 : 1)];
  },
};
