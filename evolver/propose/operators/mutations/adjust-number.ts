import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import type { Node } from "../project.ts";
import { best, replacing, textOf } from "../shapes/change.ts";

const ROUNDINGS = ["ceil", "floor", "round", "trunc"];

/** A number that is one off, a unit off, below zero, over a limit, or rounded the wrong way. */
export const adjustNumber: Mutation = {
  name: "adjust-number",
  weight: 6,
  rationale: "The figure may need a bound, a factor, or one more or less.",
  changes(node, site) {
    const { ts } = site;
    if (ts.isCallExpression(node) && /^Math\.\w+$/.test(textOf(site, node.expression)))
      return ofMath(site, node);
    if (
      ts.isBinaryExpression(node) &&
      isNumber(site, node) &&
      /^[-+*/]$/.test(textOf(site, node.operatorToken))
    )
      return [
        ...[node.left, node.right].map((side) => replacing(site, node, textOf(site, side), 0.6)),
        replacing(site, node, `Math.max(0, ${textOf(site, node)})`, 0.6),
      ];
    if (!isFigure(site, node)) return [];
    const text = textOf(site, node);
    const bounded = limitsAt(site, node).map((limit) =>
      replacing(site, node, `Math.min(${text}, ${limit})`, 0.3),
    );
    return [
      replacing(site, node, inPlace(site, node, `${text} + 1`), 0.8),
      replacing(site, node, inPlace(site, node, `${text} - 1`), 0.8),
      replacing(site, node, `Math.max(0, ${text})`, 0.5),
      replacing(site, node, inPlace(site, node, `${text} * 1000`), 0.25),
      replacing(site, node, inPlace(site, node, `${text} / 1000`), 0.25),
      ...best(bounded, 2),
      ...unusedAt(site, node).flatMap((other) => [
        replacing(site, node, `Math.max(${text}, ${other})`, 1),
        replacing(site, node, `Math.min(${text}, ${other})`, 1),
        replacing(site, node, inPlace(site, node, `${text} - ${other}`), 1),
        replacing(site, node, inPlace(site, node, `${text} + ${other}`), 1),
      ]),
    ];
  },
};

function ofMath(site: Site, node: T.CallExpression): Change[] {
  const text = textOf(site, node);
  const name = textOf(site, node.expression).slice("Math.".length);
  const inner = node.arguments.map((argument) => replacing(site, node, textOf(site, argument), 0.5));
  const rest = text.slice(text.indexOf("("));
  if (name === "min" || name === "max")
    return [replacing(site, node, `Math.${name === "min" ? "max" : "min"}${rest}`, 1), ...inner];
  if (!ROUNDINGS.includes(name)) return inner;
  return [
    ...ROUNDINGS.filter((other) => other !== name).map((other) =>
      replacing(site, node, `Math.${other}${rest}`, 0.6),
    ),
    ...inner,
  ];
}

function isNumber({ ts, checker }: Site, node: Node): boolean {
  return (checker.getTypeAtLocation(node).flags & ts.TypeFlags.NumberLike) !== 0;
}

/** A figure that is read, and is no literal: `change-constant` has these. */
function isFigure(site: Site, node: Node): node is T.Expression {
  const { ts } = site;
  const { parent } = node;
  const read = ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isCallExpression(node);
  if (!read || parent === undefined || !isNumber(site, node)) return false;
  if (ts.isBinaryExpression(parent))
    return parent.right === node || !/^[-+*/?]*=$/.test(textOf(site, parent.operatorToken));
  const holds = ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent) || ts.isParameter(parent);
  if (holds) return parent.initializer === node;
  return (
    (ts.isCallExpression(parent) && parent.expression !== node) ||
    ts.isReturnStatement(parent) ||
    ts.isArrowFunction(parent) ||
    ts.isTemplateSpan(parent)
  );
}

/** Constants of the file that are written as limits are. */
function limitsAt(site: Site, node: Node): string[] {
  const { ts } = site;
  return site.scope
    .valuesAt(node)
    .filter(({ text, type }) => (type.flags & ts.TypeFlags.NumberLike) !== 0 && /^[A-Z][A-Z\d_]*$/.test(text))
    .toSorted((a, b) => Number(b.unused) - Number(a.unused))
    .map(({ text }) => text);
}

function unusedAt(site: Site, node: Node): string[] {
  return site.scope
    .valuesAt(node)
    .filter(({ type, unused }) => unused && (type.flags & site.ts.TypeFlags.NumberLike) !== 0)
    .map(({ text }) => text);
}

function inPlace({ ts }: Site, node: Node, text: string): string {
  return ts.isBinaryExpression(node.parent) &&
    !/^(?:[<>]=?|[!=]==|=|[+-]=?)$/.test(node.parent.operatorToken.getText())
    ? `(${text})`
    : text;
}
