import type { Mutation } from "../mutation.ts";
import { change, textOf } from "../shapes/change.ts";
import { replaced } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

const OTHERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["&&", ["||"]],
  ["||", ["&&", "??"]],
  ["??", ["||"]],
  ["+", ["-", "*"]],
  ["-", ["+"]],
  ["*", ["/", "**", "+"]],
  ["/", ["*"]],
  ["%", ["/", "*"]],
  ["**", ["*"]],
  ["+=", ["-=", "="]],
  ["-=", ["+=", "="]],
  ["=", ["+=", "??=", "-="]],
  ["??=", ["="]],
  ["*=", ["+=", "/="]],
]);

/** Joins two values by the neighbouring operator. */
export const changeOperator: Mutation = {
  name: "change-operator",
  weight: 6,
  rationale: "The two values may have to be joined in another way.",
  changes(node, site) {
    const { ts, source } = site;
    if (ts.isBinaryExpression(node)) {
      const sign = textOf(site, node.operatorToken);
      return (OTHERS.get(sign) ?? []).map((other, index) =>
        change(
          site,
          node,
          `Use ${quoted(other)} instead of ${quoted(sign)}`,
          [replaced(source, node.operatorToken, other)],
          index === 0 ? 1 : 0.5,
        ),
      );
    }
    if (!ts.isPostfixUnaryExpression(node) && !ts.isPrefixUnaryExpression(node)) return [];
    const counted = textOf(site, node);
    const other = counted.includes("++") ? counted.replace("++", "--") : counted.replace("--", "++");
    return other === counted
      ? []
      : [change(site, node, "Count the other way", [replaced(source, node, other)], 1)];
  },
};
