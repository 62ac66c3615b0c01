import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import { change, replacing, textOf } from "../shapes/change.ts";
import { replaced } from "../shapes/statements.ts";

/** Takes another part of a list or a text: the end instead of the beginning, the last instead of the first, one more. */
export const changeCut: Mutation = {
  name: "change-cut",
  weight: 6,
  rationale: "The wrong part of a list or a text may be taken.",
  changes(node, site) {
    const { ts } = site;
    if (ts.isElementAccessExpression(node)) return ofIndex(site, node);
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
    const { name, expression, questionDotToken } = node.expression;
    const list = textOf(site, expression) + (questionDotToken ? "?." : ".");
    const given = node.arguments.map((argument) => textOf(site, argument));
    if (name.text === "at" && given[0] !== undefined) {
      const other = given[0] === "0" ? "-1" : given[0] === "-1" ? "0" : `-(${given[0]})`;
      return [replacing(site, node, `${list}at(${other})`, 1)];
    }
    if (!/^(?:slice|substring)$/.test(name.text)) return [];
    return [
      ...cuts(given).map(([from, fit]) => replacing(site, node, `${list}slice(${from})`, fit)),
      replacing(site, node, textOf(site, expression), 0.4),
    ];
  },
};

/** Other arguments of `slice`. */
function cuts([from = "0", to]: readonly string[]): [string, number][] {
  const minus = (text: string): string =>
    text.startsWith("-") ? text.slice(1) : /^[\w.$]+$/.test(text) ? `-${text}` : `-(${text})`;
  if (to === undefined)
    return [
      [`0, ${minus(from)}`, 0.6],
      [minus(from), 0.8],
      [`0, ${from}`, 0.8],
      [`${from} + 1`, 0.6],
      [`${from} - 1`, 0.6],
    ];
  return [
    [minus(to), 0.9],
    [to, 0.5],
    [`${from}, ${to} + 1`, 0.6],
    [`${from}, ${to} - 1`, 0.6],
    [from, 0.5],
    [from === "0" ? `1, ${to}` : `0, ${to}`, 0.5],
    [`${from} + 1, ${to}`, 0.3],
  ];
}

function ofIndex(site: Site, node: T.ElementAccessExpression): Change[] {
  const { ts, checker } = site;
  const { argumentExpression: index, expression } = node;
  if (!checker.isArrayLikeType(checker.getNonNullableType(checker.getTypeAtLocation(expression)))) return [];
  const text = textOf(site, index);
  if (text === "0") return [replacing(site, node, `${textOf(site, expression)}.at(-1)`, 1)];
  if (ts.isStringLiteral(index)) return [];
  return ["+ 1", "- 1"].map((off) =>
    change(
      site,
      node,
      `Take the entry at \`${text} ${off}\``,
      [replaced(site.source, index, `${text} ${off}`)],
      0.7,
    ),
  );
}
