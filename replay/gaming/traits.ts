/** Follows what tells one run from another through the variables of a file. */
import type { ts as T } from "ts-morph";
import type { Node, SourceFile, Ts } from "../../guardrails/syntax.ts";

/** What an expression says of the run that it is in. */
export type Trait = "instruction" | "workspace" | "time" | "chance";

/** Rounds after which nothing new is found in code that people write. */
const ROUNDS = 8;

/**
 * A function that tells the trait of an expression: a source itself, or a value made from one by operators, methods, copies
 * and functions of this file. Scopes are not told apart. What goes into an object of messages, or through the kernel, is no
 * longer followed: everything in a harness comes from the instruction in the end.
 */
export function traitsIn(ts: Ts, source: SourceFile): (node: Node) => Trait | undefined {
  const variables = new Map<string, Trait>();
  const results = new Map<string, Trait>();
  const functions = functionsIn(ts, source);
  const traitOf = (node: Node): Trait | undefined => traitOfExpression(ts, node, { variables, results });
  for (let round = 0; round < ROUNDS; round++) {
    const before = variables.size + results.size;
    spread(ts, source, functions, traitOf, variables, results);
    if (variables.size + results.size === before) break;
  }
  return traitOf;
}

interface Found {
  readonly variables: ReadonlyMap<string, Trait>;
  /** By name of the function that returns it. */
  readonly results: ReadonlyMap<string, Trait>;
}

const SOURCES: Readonly<Record<string, Trait>> = { instruction: "instruction", workspace: "workspace" };

function traitOfExpression(ts: Ts, node: Node, found: Found): Trait | undefined {
  const of = (inner: Node | undefined): Trait | undefined =>
    inner === undefined ? undefined : traitOfExpression(ts, inner, found);
  const first = (nodes: readonly Node[]): Trait | undefined => {
    for (const inner of nodes) {
      const trait = of(inner);
      if (trait !== undefined) return trait;
    }
    return undefined;
  };
  if (ts.isIdentifier(node)) return found.variables.get(node.text);
  if (ts.isPropertyAccessExpression(node)) return SOURCES[node.name.text] ?? of(node.expression);
  if (ts.isElementAccessExpression(node)) {
    const key = node.argumentExpression;
    if (ts.isStringLiteralLike(key)) return SOURCES[key.text] ?? of(node.expression);
    return isHello(ts, node.expression) ? "instruction" : of(node.expression);
  }
  if (ts.isNewExpression(node)) {
    if (node.expression.getText() === "Date" && (node.arguments?.length ?? 0) === 0) return "time";
    return first(node.arguments ?? []);
  }
  if (ts.isCallExpression(node)) return traitOfCall(ts, node, found, of, first);
  if (ts.isBinaryExpression(node)) return first([node.left, node.right]);
  if (ts.isTemplateExpression(node)) return first(node.templateSpans.map(({ expression }) => expression));
  if (ts.isConditionalExpression(node)) return first([node.whenTrue, node.whenFalse]);
  if (ts.isArrayLiteralExpression(node)) return first(node.elements);
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isSpreadElement(node)
  )
    return of(node.expression);
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) return of(node.operand);
  return undefined;
}

function traitOfCall(
  ts: Ts,
  node: T.CallExpression,
  found: Found,
  of: (node: Node) => Trait | undefined,
  first: (nodes: readonly Node[]) => Trait | undefined,
): Trait | undefined {
  const callee = node.expression;
  const text = callee.getText();
  if (text === "Math.random") return "chance";
  if (text === "Date.now" || text === "Date") return "time";
  if (/(?:^|\.)elapsed$/.test(text)) return "time";
  if (ts.isIdentifier(callee)) {
    return found.results.get(callee.text) ?? (PLAIN.has(callee.text) ? first(node.arguments) : undefined);
  }
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  if (/^(?:Math|Array|Number|String|Object|JSON)\./.test(text))
    return node.arguments.some((argument) => isHello(ts, argument)) ? "instruction" : first(node.arguments);
  return of(callee.expression);
}

/** All that the harness is told at the start, the instruction among it; each part by itself says less. */
function isHello(ts: Ts, node: Node): boolean {
  return ts.isPropertyAccessExpression(node) && node.name.text === "hello";
}

/** Functions of the language whose result says what their argument says. */
const PLAIN = new Set(["String", "Number", "parseInt", "parseFloat", "BigInt", "encodeURIComponent"]);

// ---------------------------------------------------------------- variables, parameters, results

interface Functions {
  readonly parameters: readonly T.ParameterDeclaration[];
  readonly body: Node | undefined;
}

function functionsIn(ts: Ts, source: SourceFile): Map<string, Functions> {
  const found = new Map<string, Functions>();
  const visit = (node: Node): void => {
    if (ts.isFunctionDeclaration(node) && node.name !== undefined)
      found.set(node.name.text, { parameters: [...node.parameters], body: node.body });
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      const { initializer } = node;
      if (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))
        found.set(node.name.text, { parameters: [...initializer.parameters], body: initializer.body });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function spread(
  ts: Ts,
  source: SourceFile,
  functions: ReadonlyMap<string, Functions>,
  traitOf: (node: Node) => Trait | undefined,
  variables: Map<string, Trait>,
  results: Map<string, Trait>,
): void {
  const give = (name: Node, trait: Trait | undefined): void => {
    if (ts.isIdentifier(name)) {
      if (trait !== undefined && !variables.has(name.text)) variables.set(name.text, trait);
      return;
    }
    if (!ts.isObjectBindingPattern(name) && !ts.isArrayBindingPattern(name)) return;
    for (const element of name.elements) {
      if (!ts.isBindingElement(element)) continue;
      const key = element.propertyName ?? element.name;
      const own = ts.isIdentifier(key) || ts.isStringLiteral(key) ? SOURCES[key.text] : undefined;
      give(element.name, (ts.isObjectBindingPattern(name) ? own : undefined) ?? trait);
    }
  };
  const visit = (node: Node): void => {
    if (ts.isVariableDeclaration(node)) {
      give(node.name, node.initializer === undefined ? undefined : traitOf(node.initializer));
    }
    if (ts.isParameter(node)) {
      give(node.name, ts.isIdentifier(node.name) ? SOURCES[node.name.text] : undefined);
    }
    if (ts.isBinaryExpression(node) && isAssignment(ts, node)) give(node.left, traitOf(node.right));
    if (ts.isForOfStatement(node) && ts.isVariableDeclarationList(node.initializer)) {
      for (const { name } of node.initializer.declarations) give(name, traitOf(node.expression));
    }
    if (ts.isCallExpression(node)) callArguments(node);
    ts.forEachChild(node, visit);
  };
  /** What a function of this file, or a callback of a method, is given. */
  const callArguments = (node: T.CallExpression): void => {
    if (ts.isIdentifier(node.expression)) {
      const called = functions.get(node.expression.text);
      node.arguments.forEach((argument, i) => {
        const parameter = called?.parameters[i];
        if (parameter !== undefined) give(parameter.name, traitOf(argument));
      });
      return;
    }
    if (!ts.isPropertyAccessExpression(node.expression)) return;
    const trait = traitOf(node.expression.expression);
    for (const argument of node.arguments) {
      if (!ts.isArrowFunction(argument) && !ts.isFunctionExpression(argument)) continue;
      for (const { name } of argument.parameters) give(name, trait);
    }
  };
  visit(source);
  for (const [name, { body }] of functions) {
    const trait = body === undefined ? undefined : resultOf(ts, body, traitOf);
    if (trait !== undefined) results.set(name, trait);
  }
}

function isAssignment(ts: Ts, { operatorToken: { kind } }: T.BinaryExpression): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function resultOf(ts: Ts, body: Node, traitOf: (node: Node) => Trait | undefined): Trait | undefined {
  if (!ts.isBlock(body)) return traitOf(body);
  let found: Trait | undefined;
  const visit = (node: Node): void => {
    if (ts.isFunctionLike(node)) return;
    if (ts.isReturnStatement(node) && node.expression !== undefined) found ??= traitOf(node.expression);
    ts.forEachChild(node, visit);
  };
  visit(body);
  return found;
}
