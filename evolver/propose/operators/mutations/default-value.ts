import type { Mutation, Site } from "../mutation.ts";
import type { Node } from "../project.ts";
import { replacing, textOf } from "../shapes/change.ts";

const DEFAULTS = ['""', "[]", "0", "{}", "false"];

/** Says what holds when a value is not there, or is there but empty. */
export const defaultValue: Mutation = {
  name: "default-value",
  weight: 4,
  rationale: "The value may be absent, or empty, and the code does not say what then.",
  changes(node, site) {
    const { ts } = site;
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken)
      return ["||", "??"].map((sign) =>
        replacing(site, node.right, `${textOf(site, node.right)} ${sign} ${textOf(site, node.left)}`, 0.7),
      );
    if (ts.isPropertyAccessExpression(node) && !node.questionDotToken && isNullable(site, node.expression))
      return [replacing(site, node, `${textOf(site, node.expression)}?.${node.name.text}`, 1)];
    if (ts.isPropertyAccessExpression(node) && node.questionDotToken)
      return [replacing(site, node, `${textOf(site, node.expression)}.${node.name.text}`, 0.4)];
    const read =
      ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
    if (!read || !isNullable(site, node) || isTarget(site, node)) return [];
    return DEFAULTS.map((value) => replacing(site, node, `(${textOf(site, node)} ?? ${value})`, 0.4));
  },
};

function isNullable({ ts, checker }: Site, node: Node): boolean {
  const type = checker.getTypeAtLocation(node);
  return (
    type.isUnion() &&
    type.types.some(({ flags }) => (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) !== 0)
  );
}

function isTarget({ ts }: Site, node: Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) return /^(?:=|\?\?|[!=]==)$/.test(parent.operatorToken.getText());
  return (
    ts.isPropertyAccessExpression(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isBindingElement(parent)
  );
}
