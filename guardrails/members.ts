/** Member names that lead out of an object: to the function that made it, to prototypes, to what all code shares. */
import type { Node, SourceFile, Ts } from "./syntax.ts";
import type { ts as T } from "ts-morph";

const FORBIDDEN_MEMBERS = new Set([
  "constructor",
  "prototype",
  "__proto__",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "setPrototypeOf",
  "getPrototypeOf",
  "defineProperty",
  "defineProperties",
  "getOwnPropertyDescriptor",
  "getOwnPropertyDescriptors",
  "getOwnPropertyNames",
  "getOwnPropertySymbols",
  "prepareStackTrace",
  "captureStackTrace",
  "caller",
  "callee",
]);

/** Methods whose result may be any text, whatever they are called on. */
const TEXT_MAKERS = new Set([
  "join",
  "concat",
  "reduce",
  "reduceRight",
  "replace",
  "replaceAll",
  "fromCharCode",
  "fromCodePoint",
  "raw",
]);

/** Methods and functions that return numbers. */
const COUNTERS = new Set([
  "indexOf",
  "lastIndexOf",
  "findIndex",
  "findLastIndex",
  "search",
  "codePointAt",
  "charCodeAt",
  "Number",
  "parseInt",
  "parseFloat",
]);

/** What each name of the file is given, wherever: scopes are not told apart. */
export type Given = ReadonlyMap<string, readonly Givens[]>;
type Givens = { readonly value: T.Expression } | { readonly type: T.TypeNode };

export function givenValues(ts: Ts, source: SourceFile): Given {
  const given = new Map<string, Givens[]>();
  const give = (name: Node, entry: Givens): void => {
    if (ts.isIdentifier(name)) given.set(name.text, [...(given.get(name.text) ?? []), entry]);
  };
  const collect = (node: Node): void => {
    if (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)) {
      if (node.initializer) give(node.name, { value: node.initializer });
      else if (!ts.isBindingElement(node) && node.type) give(node.name, { type: node.type });
    }
    if (ts.isBinaryExpression(node) && isAssignment(ts, node))
      give(node.left, {
        value: node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken ? node : node.right,
      });
    if (
      (ts.isForOfStatement(node) || ts.isForInStatement(node)) &&
      ts.isVariableDeclarationList(node.initializer)
    ) {
      for (const { name } of node.initializer.declarations) give(name, { value: node.expression });
    }
    ts.forEachChild(node, collect);
  };
  collect(source);
  return given;
}

function isAssignment(ts: Ts, { operatorToken: { kind } }: T.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/**
 * Ways to a forbidden member: by name, by a computed name, by destructuring, in a literal. A computed name may be a
 * number, a plain string, or a variable or member that is not seen to be glued together; what came in as an argument, or
 * was read from data, is not seen.
 */
export function memberFault(ts: Ts, node: Node, given: Given): string | undefined {
  const name = memberName(ts, node, given);
  if (name === "computed") return "a computed member name must be a number, a variable or a plain string";
  if (name && FORBIDDEN_MEMBERS.has(name.text)) return `the member ${name.text} is not allowed`;
  return textFault(ts, node);
}

/** Such a name as text serves nothing but to get at the member by a way that is not seen here. */
function textFault(ts: Ts, node: Node): string | undefined {
  const isText = ts.isStringLiteralLike(node) || ts.isBinaryExpression(node) || ts.isCallExpression(node);
  const text = isText && !ts.isLiteralTypeNode(node.parent) ? folded(ts, node) : undefined;
  return text !== undefined && FORBIDDEN_MEMBERS.has(text)
    ? `"${text}" is the name of a member that is not allowed`
    : undefined;
}

type Name = { readonly text: string } | "computed" | undefined;

function memberName(ts: Ts, node: Node, given: Given): Name {
  if (ts.isPropertyAccessExpression(node)) return { text: node.name.text };
  if (ts.isElementAccessExpression(node)) return keyName(ts, node.argumentExpression, given);
  if (ts.isComputedPropertyName(node)) return keyName(ts, node.expression, given);
  if (ts.isBindingElement(node)) return literalName(ts, node.propertyName ?? node.name);
  if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node))
    return literalName(ts, node.name);
  return undefined;
}

function literalName(ts: Ts, name: Node): Name {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? { text: name.text } : undefined;
}

/** The text of a key, where it can be seen; undefined for a number, or for a variable that nothing speaks against. */
function keyName(ts: Ts, key: T.Expression, given: Given): Name {
  const text = folded(ts, key);
  if (text !== undefined) return { text };
  return isPlainKey(ts, key, given) ? undefined : "computed";
}

/** The text that literals amount to, also joined: `["a", "b"].join("")`. */
function folded(ts: Ts, whole: Node): string | undefined {
  const expression = unwrapped(ts, whole);
  if (ts.isStringLiteralLike(expression)) return expression.text;
  if (ts.isCallExpression(expression)) return joined(ts, expression);
  if (!isSum(ts, expression)) return undefined;
  const [left, right] = [folded(ts, expression.left), folded(ts, expression.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

function joined(ts: Ts, { expression: callee, arguments: args }: T.CallExpression): string | undefined {
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== "join") return undefined;
  const list = unwrapped(ts, callee.expression);
  const between = args[0] === undefined ? "," : folded(ts, args[0]);
  if (!ts.isArrayLiteralExpression(list) || between === undefined) return undefined;
  const parts = list.elements.map((element) => folded(ts, element));
  return parts.every((part) => part !== undefined) ? parts.join(between) : undefined;
}

function isPlainKey(ts: Ts, whole: T.Expression, given: Given): boolean {
  const key = unwrapped(ts, whole);
  if (isNumber(ts, key, given)) return true;
  if (ts.isPropertyAccessExpression(key) || ts.isElementAccessExpression(key)) return true;
  if (ts.isConditionalExpression(key))
    return [key.whenTrue, key.whenFalse].every((part) => keyName(ts, part, given) !== "computed");
  return ts.isIdentifier(key) && !(given.get(key.text) ?? []).some((entry) => makesText(ts, entry, given));
}

function isNumber(ts: Ts, whole: Node, given: Given, seen: ReadonlySet<string> = new Set()): boolean {
  const node = unwrapped(ts, whole);
  if (ts.isNumericLiteral(node)) return true;
  if (ts.isPrefixUnaryExpression(node)) return node.operator !== ts.SyntaxKind.ExclamationToken;
  if (ts.isPostfixUnaryExpression(node)) return true;
  if (ts.isPropertyAccessExpression(node)) return node.name.text === "length" || node.name.text === "size";
  if (ts.isCallExpression(node)) return counts(ts, node.expression);
  // A sum with a number holds a digit, which no forbidden name does.
  if (isSum(ts, node)) return isNumber(ts, node.left, given, seen) || isNumber(ts, node.right, given, seen);
  if (ts.isBinaryExpression(node)) return ARITHMETIC.has(node.operatorToken.getText());
  if (!ts.isIdentifier(node) || seen.has(node.text)) return false;
  const entries = given.get(node.text) ?? [];
  const deeper = new Set(seen).add(node.text);
  return (
    entries.length > 0 &&
    entries.every((entry) =>
      "type" in entry
        ? entry.type.kind === ts.SyntaxKind.NumberKeyword
        : isNumber(ts, entry.value, given, deeper),
    )
  );
}

const ARITHMETIC = new Set(["-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>", ">>>"]);

function counts(ts: Ts, callee: T.Expression): boolean {
  if (ts.isIdentifier(callee)) return COUNTERS.has(callee.text);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  return callee.expression.getText() === "Math" || COUNTERS.has(callee.name.text);
}

function isSum(ts: Ts, node: Node): node is T.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind === ts.SyntaxKind.PlusToken || kind === ts.SyntaxKind.PlusEqualsToken;
}

/** A variable that is given text glued together or turned about could spell anything. */
function makesText(ts: Ts, entry: Givens, given: Given): boolean {
  if ("type" in entry || isNumber(ts, entry.value, given)) return false;
  return isMade(entry.value);

  function isMade(node: Node): boolean {
    if (ts.isFunctionLike(node)) return false;
    if (ts.isTemplateExpression(node) || isSum(ts, node)) return true;
    if (ts.isCallExpression(node) && madeBy(node.expression)) return true;
    return ts.forEachChild(node, (child) => isMade(child) || undefined) ?? false;
  }

  function madeBy(callee: Node): boolean {
    if (!ts.isPropertyAccessExpression(callee)) return false;
    // Whoever writes a literal and a method on it could have written the result.
    const onLiteral = ts.isStringLiteralLike(unwrapped(ts, callee.expression));
    return onLiteral || TEXT_MAKERS.has(callee.name.text);
  }
}

/** Without parentheses and the marks that are for the type checker only: `(a)`, `a!`, `a as B`. */
export function unwrapped(ts: Ts, node: Node): Node {
  const isWrapper =
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isTypeAssertionExpression(node);
  return isWrapper ? unwrapped(ts, node.expression) : node;
}
