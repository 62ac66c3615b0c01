/** Code that changes the language under every later line, or takes a part of it along to where that is not seen. */
import { LANGUAGE_GLOBALS } from "./globals.ts";
import { unwrapped } from "./members.ts";
import type { Node, Ts } from "./syntax.ts";
import type { ts as T } from "ts-morph";

/** Globals that are not objects anybody could change. */
const PLAIN_VALUES = new Set(["undefined", "NaN", "Infinity", "arguments"]);
/** Globals that are of use as functions of one value, `map(String)`. */
const CALLBACKS = new Set([
  "String",
  "Number",
  "Boolean",
  "BigInt",
  "parseFloat",
  "isNaN",
  "isFinite",
  "encodeURI",
  "encodeURIComponent",
  "decodeURI",
  "decodeURIComponent",
  "structuredClone",
]);
/** Methods of lists that call what they are given and do not keep it. */
const CALLERS = new Set([
  "map",
  "flatMap",
  "filter",
  "find",
  "findLast",
  "findIndex",
  "findLastIndex",
  "some",
  "every",
  "forEach",
  "from",
  "then",
]);

/**
 * `JSON.parse = …`, `delete Math.max`, `[Math.max] = …`; and a global as a value, `const codec = JSON`, which could be
 * changed under its other name. Calls, `new`, `extends`, `instanceof`, `typeof`, members and `map(String)` are let pass.
 * What a member leads to is not followed (`const max = Math.max; max.call = …`), nor what a value that came in from
 * elsewhere really is: the bootstrap freezes the language, and the sandbox is the wall.
 */
export function tamperFault(ts: Ts, node: Node): string | undefined {
  for (const target of changed(ts, node)) {
    const base = baseName(ts, target);
    if (base !== undefined && isObject(base)) return `the global ${base} may not be changed`;
  }
  if (ts.isElementAccessExpression(node)) {
    const base = baseName(ts, node.expression);
    const key = node.argumentExpression;
    if (
      base !== undefined &&
      isObject(base) &&
      !ts.isStringLiteralLike(key) &&
      ts.isIdentifier(node.expression)
    )
      return `members of the global ${base} must be named`;
  }
  return undefined;
}

/** For an identifier that stands for the value of a global. */
export function aliasFault(ts: Ts, node: T.Identifier): string | undefined {
  if (!isObject(node.text) || isPassingUse(ts, node)) return undefined;
  return `the global ${node.text} may be called and its members read, but not handed on`;
}

function isObject(name: string): boolean {
  return LANGUAGE_GLOBALS.has(name) && !PLAIN_VALUES.has(name);
}

function isPassingUse(ts: Ts, node: T.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent))
    return parent.expression === node;
  if (ts.isTypeOfExpression(parent)) return true;
  if (ts.isExpressionWithTypeArguments(parent)) return ts.isHeritageClause(parent.parent);
  if (ts.isBinaryExpression(parent))
    return parent.right === node && parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword;
  if (ts.isNewExpression(parent)) return parent.expression === node;
  if (!ts.isCallExpression(parent)) return false;
  return parent.expression === node || (CALLBACKS.has(node.text) && isListMethod(ts, parent.expression));
}

function isListMethod(ts: Ts, callee: Node): boolean {
  return ts.isPropertyAccessExpression(callee) && CALLERS.has(callee.name.text);
}

/** What a node assigns to, counts up or down, deletes, or copies members into. */
function changed(ts: Ts, node: Node): Node[] {
  if (ts.isBinaryExpression(node))
    return isAssignment(ts, node.operatorToken.kind) ? targets(ts, node.left) : [];
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return targets(ts, node.initializer);
  if (ts.isDeleteExpression(node)) return [node.expression];
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const counts =
      node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
    return counts ? [node.operand] : [];
  }
  if (ts.isCallExpression(node) && node.expression.getText() === "Object.assign")
    return node.arguments.slice(0, 1);
  return [];
}

/** Also those inside of patterns: `[Math.max, { a: JSON.parse = 1 }] = …`. */
function targets(ts: Ts, node: Node): Node[] {
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap((element) => targets(ts, element));
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.flatMap((property) => {
      if (ts.isPropertyAssignment(property)) return targets(ts, property.initializer);
      return ts.isSpreadAssignment(property) ? targets(ts, property.expression) : [];
    });
  }
  if (ts.isSpreadElement(node)) return targets(ts, node.expression);
  if (ts.isBinaryExpression(node) && isAssignment(ts, node.operatorToken.kind)) return targets(ts, node.left);
  return [node];
}

function isAssignment(ts: Ts, kind: T.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function baseName(ts: Ts, whole: Node): string | undefined {
  const node = unwrapped(ts, whole);
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
    return baseName(ts, node.expression);
  return undefined;
}
