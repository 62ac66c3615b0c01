import type { ts as T } from "ts-morph";
import type { Mutation, Site } from "../mutation.ts";
import type { Node } from "../project.ts";
import { best, replacing, textOf } from "../shapes/change.ts";
import type { Value } from "../shapes/scope.ts";
import { likeness } from "../shapes/words.ts";

/** Values that are tried at one place. */
const MOST = 14;

/** Reads another value of the same type that is at hand. */
export const swapValue: Mutation = {
  name: "swap-value",
  weight: 20,
  rationale: "The code may read the wrong one of several values of this type.",
  changes(node, site) {
    const type = wantedAt(site, node);
    if (type === undefined) return [];
    const old = textOf(site, node);
    const changes = site.scope
      .valuesAt(node)
      .filter((value) => value.text !== old && fits(site, value, type))
      .map((value) => replacing(site, node, value.text, naturalness(value, old)));
    return best(changes, MOST);
  },
};

function naturalness({ text, near, unused }: Value, old: string): number {
  const contains = text.includes(old) || old.includes(text) ? 0.15 : 0;
  return (unused ? 3 : 1) * (0.1 + (near ? 0.3 : 0) + 0.35 * likeness(text, old) + contains);
}

/** The type that an expression must have here; undefined where no value is read or written. */
function wantedAt(site: Site, node: Node): T.Type | undefined {
  const { ts, checker } = site;
  if (!isValue(site, node)) return undefined;
  const own = checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(node));
  if (own.flags & (ts.TypeFlags.Any | ts.TypeFlags.Never) || own.getCallSignatures().length > 0)
    return undefined;
  const context = checker.getContextualType(node);
  const vague =
    context === undefined ||
    (context.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) !== 0;
  return vague ? own : context;
}

function isValue({ ts }: Site, node: Node): node is T.Expression {
  const { parent } = node;
  if (parent === undefined) return false;
  if (ts.isIdentifier(node)) {
    if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
    if (ts.isShorthandPropertyAssignment(parent)) return false;
    const named =
      ts.isPropertyAssignment(parent) ||
      ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isBindingElement(parent);
    if (named) return parent.initializer === node;
    return (
      ts.isExpression(parent) ||
      ts.isStatement(parent) ||
      ts.isTemplateSpan(parent) ||
      ts.isSpreadElement(parent) ||
      ts.isSpreadAssignment(parent)
    );
  }
  if (ts.isPropertyAccessExpression(node)) return !isCalled(ts, node);
  if (ts.isCallExpression(node)) return !ts.isExpressionStatement(parent) && !ts.isAwaitExpression(parent);
  return (
    ts.isNumericLiteral(node) ||
    ts.isStringLiteral(node) ||
    (ts.isBinaryExpression(node) && !ts.isExpressionStatement(parent))
  );
}

function isCalled(ts: Site["ts"], node: T.Expression): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression === node;
}

function fits({ ts, checker }: Site, { type }: Value, wanted: T.Type): boolean {
  if (type.flags & ts.TypeFlags.Any) return false;
  // One of a few words is no text to be read.
  const isWord =
    type.isStringLiteral() || (type.isUnion() && type.types.every((member) => member.isStringLiteral()));
  if (isWord && (wanted.flags & ts.TypeFlags.String) !== 0) return false;
  return checker.isTypeAssignableTo(type, wanted);
}
