import type { Mutation } from "../mutation.ts";
import { change, textOf } from "../shapes/change.ts";
import { replaced } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

const OTHERS: ReadonlyMap<string, readonly (readonly [sign: string, fit: number])[]> = new Map([
  [
    "<",
    [
      ["<=", 1],
      [">", 0.4],
      [">=", 0.3],
    ],
  ],
  [
    "<=",
    [
      ["<", 1],
      [">=", 0.4],
      [">", 0.3],
    ],
  ],
  [
    ">",
    [
      [">=", 1],
      ["<", 0.4],
      ["<=", 0.3],
    ],
  ],
  [
    ">=",
    [
      [">", 1],
      ["<=", 0.4],
      ["<", 0.3],
    ],
  ],
  [
    "===",
    [
      [">=", 0.4],
      ["<=", 0.4],
      [">", 0.2],
    ],
  ],
  [
    "!==",
    [
      ["<", 0.3],
      [">", 0.4],
      [">=", 0.2],
    ],
  ],
]);

/** Compares with the boundary included, excluded, or the other way round. */
export const changeComparison: Mutation = {
  name: "change-comparison",
  weight: 6,
  rationale: "The comparison may be off at its boundary, or the wrong way round.",
  changes(node, site) {
    const { ts, checker, source } = site;
    if (!ts.isBinaryExpression(node)) return [];
    const sign = textOf(site, node.operatorToken);
    const numeric = (checker.getTypeAtLocation(node.left).flags & ts.TypeFlags.NumberLike) !== 0;
    if (/^[!=]/.test(sign) && !numeric) return [];
    return (OTHERS.get(sign) ?? []).map(([other, fit]) =>
      change(
        site,
        node,
        `Compare with ${quoted(other)} instead of ${quoted(sign)}`,
        [replaced(source, node.operatorToken, other)],
        fit,
      ),
    );
  },
};
