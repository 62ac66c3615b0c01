/**
 * What harness code may reach, by syntax: its own folder, the protocol's types and the plain globals of the language.
 * The sandbox is the wall; this keeps code that rattles at it from being run or reviewed at all.
 */
import type { Finding } from "./finding.ts";
import { forbiddenGlobals, LANGUAGE_GLOBALS } from "./globals.ts";
import { loadTypeScript, parse } from "./syntax.ts";
import type { Node, SourceFile, Ts } from "./syntax.ts";
import type { ts as T } from "ts-morph";

export interface HarnessFiles {
  /** Names of the files in the harness folder after the change, `loop.ts`. */
  readonly names: ReadonlySet<string>;
}

/** Findings with file and line; empty when the code reaches nothing that it may not. */
export async function checkImports(path: string, text: string, harness: HarnessFiles): Promise<Finding[]> {
  const ts = await loadTypeScript();
  const source = parse(ts, path, text);
  const findings: Finding[] = [];
  const report = (at: number, message: string): void => {
    const line = source.getLineAndCharacterOfPosition(at).line + 1;
    findings.push({ check: "imports", path, line, message });
  };
  for (const match of text.matchAll(/@ts-(?:ignore|nocheck|expect-error)|\/\/\/\s*<(?:reference|amd)/g)) {
    report(match.index, `${match[0]} switches checks off`);
  }
  const declared = declaredNames(ts, source);
  visit(source);
  return findings;

  function visit(node: Node): void {
    const message =
      moduleFault(ts, node, harness) ??
      memberFault(ts, node) ??
      globalFault(ts, node, declared) ??
      tamperFault(ts, node, declared);
    if (message !== undefined) report(node.getStart(source), message);
    ts.forEachChild(node, visit);
  }
}

// ---------------------------------------------------------------- modules

function moduleFault(ts: Ts, node: Node, harness: HarnessFiles): string | undefined {
  if (ts.isImportDeclaration(node)) {
    return specifierFault(
      ts,
      node.moduleSpecifier,
      node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
      harness,
    );
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return specifierFault(ts, node.moduleSpecifier, node.isTypeOnly, harness);
  }
  if (ts.isImportEqualsDeclaration(node)) return "import = is not allowed";
  if (ts.isImportTypeNode(node)) return "an import() type is not allowed: use import type";
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
    return "import.meta is not allowed";
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return "dynamic import is not allowed";
  if (ts.isModuleDeclaration(node)) return "namespaces and ambient modules are not allowed";
  return undefined;
}

function specifierFault(
  ts: Ts,
  specifier: T.Expression,
  typeOnly: boolean,
  harness: HarnessFiles,
): string | undefined {
  if (!ts.isStringLiteral(specifier)) return "a module must be named by a plain string";
  const name = specifier.text;
  if (name === "ratchet-agent/protocol")
    return typeOnly ? undefined : `${name} has types only: use import type`;
  const own = /^\.\/([A-Za-z0-9][\w-]*\.ts)$/.exec(name)?.[1];
  if (own === undefined) return `"${name}" is outside the harness folder`;
  return harness.names.has(own) ? undefined : `"${name}" does not exist in the harness folder`;
}

// ---------------------------------------------------------------- members

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

/** Ways to a forbidden member: by name, by a computed name that can be folded, by destructuring, in a literal. */
function memberFault(ts: Ts, node: Node): string | undefined {
  const name = memberName(ts, node);
  if (name === "computed") return "a computed member name must be a number, a variable or a plain string";
  if (name && FORBIDDEN_MEMBERS.has(name.text)) return `the member ${name.text} is not allowed`;
  return undefined;
}

function memberName(ts: Ts, node: Node): { text: string } | "computed" | undefined {
  if (ts.isPropertyAccessExpression(node)) return { text: node.name.text };
  if (ts.isElementAccessExpression(node)) return folded(ts, node.argumentExpression);
  if (ts.isComputedPropertyName(node)) return folded(ts, node.expression);
  if (ts.isBindingElement(node)) return literalName(ts, node.propertyName ?? node.name);
  if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node))
    return literalName(ts, node.name);
  return undefined;
}

function literalName(ts: Ts, name: Node): { text: string } | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? { text: name.text } : undefined;
}

/** The text that an expression amounts to, where that can be seen; "computed" for text glued together at run time. */
function folded(ts: Ts, expression: T.Expression): { text: string } | "computed" | undefined {
  if (ts.isParenthesizedExpression(expression) || ts.isAsExpression(expression))
    return folded(ts, expression.expression);
  if (ts.isStringLiteralLike(expression)) return { text: expression.text };
  if (ts.isTemplateExpression(expression)) return "computed";
  if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.PlusToken)
    return undefined;
  const [left, right] = [folded(ts, expression.left), folded(ts, expression.right)];
  if (left === undefined && right === undefined) return undefined;
  return typeof left === "object" && typeof right === "object"
    ? { text: left.text + right.text }
    : "computed";
}

// ---------------------------------------------------------------- globals

function globalFault(ts: Ts, node: Node, declared: ReadonlySet<string>): string | undefined {
  if (!ts.isIdentifier(node) || !isValue(ts, node)) return undefined;
  const name = node.text;
  if (forbiddenGlobals().has(name)) {
    return declared.has(name)
      ? `${name} hides a global of that name: choose another`
      : `the global ${name} is not allowed`;
  }
  if (declared.has(name) || LANGUAGE_GLOBALS.has(name)) return undefined;
  return `${name} is neither declared here nor an allowed global`;
}

/** False for names in types, of members and of labels: they reach nothing. */
function isValue(ts: Ts, node: T.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isTypeElement(parent)) return false;
  if (ts.isEnumMember(parent)) return parent.initializer === node;
  if (ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isAccessor(parent)) {
    return "initializer" in parent && parent.initializer === node;
  }
  if (ts.isImportSpecifier(parent))
    return parent.name === node && !parent.isTypeOnly && !isTypeImport(ts, parent);
  if (ts.isImportClause(parent)) return parent.phaseModifier !== ts.SyntaxKind.TypeKeyword;
  if (ts.isExportSpecifier(parent)) return false;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent))
    return false;
  if (ts.isExpressionWithTypeArguments(parent)) return heritageOfClass(ts, parent);
  if (ts.isParameter(parent) && ts.isFunctionTypeNode(parent.parent)) return false;
  return !isInType(ts, node);
}

/** Only `class A extends B` evaluates B; `implements` and interfaces do not. */
function heritageOfClass(ts: Ts, node: Node): boolean {
  const clause = node.parent;
  return (
    ts.isHeritageClause(clause) &&
    clause.token === ts.SyntaxKind.ExtendsKeyword &&
    ts.isClassLike(clause.parent)
  );
}

function isTypeImport(ts: Ts, specifier: T.ImportSpecifier): boolean {
  return specifier.parent.parent.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function isInType(ts: Ts, node: Node): boolean {
  for (let at: Node | undefined = node; at; at = at.parent) {
    if (ts.isTypeNode(at) || ts.isInterfaceDeclaration(at) || ts.isTypeAliasDeclaration(at)) return true;
    if (ts.isTypeParameterDeclaration(at)) return true;
    if (ts.isStatement(at) || ts.isFunctionLike(at)) return false;
  }
  return false;
}

/** Names that this file binds to values, wherever: scopes are not told apart, as no forbidden name may be bound at all. */
function declaredNames(ts: Ts, source: SourceFile): Set<string> {
  const names = new Set<string>(["arguments"]);
  const collect = (node: Node): void => {
    const named = node as { name?: Node };
    const binds =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionLike(node) ||
      ts.isClassLike(node) ||
      ts.isEnumDeclaration(node) ||
      ts.isImportSpecifier(node) ||
      ts.isImportClause(node) ||
      ts.isNamespaceImport(node);
    if (binds && named.name && ts.isIdentifier(named.name)) names.add(named.name.text);
    ts.forEachChild(node, collect);
  };
  collect(source);
  return names;
}

// ---------------------------------------------------------------- tampering

/** `JSON.parse = …`, `delete Math.max`, `Object.assign(JSON, …)`: every later line would run in another language. */
function tamperFault(ts: Ts, node: Node, declared: ReadonlySet<string>): string | undefined {
  const target = changed(ts, node);
  const base = target && baseName(ts, target);
  if (base === undefined || declared.has(base) || !LANGUAGE_GLOBALS.has(base)) return undefined;
  return `the global ${base} may not be changed`;
}

function changed(ts: Ts, node: Node): Node | undefined {
  if (ts.isBinaryExpression(node)) return isAssignment(ts, node.operatorToken.kind) ? node.left : undefined;
  if (ts.isDeleteExpression(node)) return node.expression;
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const counts =
      node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
    return counts ? node.operand : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.getText() === "Object.assign") return node.arguments[0];
  return undefined;
}

function isAssignment(ts: Ts, kind: T.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function baseName(ts: Ts, node: Node): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isNonNullExpression(node)
  ) {
    return baseName(ts, node.expression);
  }
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return baseName(ts, node.expression);
  return undefined;
}
