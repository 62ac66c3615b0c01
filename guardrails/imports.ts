/**
 * What harness code may reach, by syntax: its own folder, the protocol's types and the plain globals of the language.
 * The sandbox is the wall; this keeps code that rattles at it from being run or reviewed at all. It sees syntax, not
 * values: what a variable that came from elsewhere holds, a key or an alias of a global, it cannot tell.
 */
import type { Finding } from "./finding.ts";
import { forbiddenGlobals, LANGUAGE_GLOBALS } from "./globals.ts";
import { givenValues, memberFault } from "./members.ts";
import { loadTypeScript, parse } from "./syntax.ts";
import type { Node, SourceFile, Ts } from "./syntax.ts";
import { aliasFault, tamperFault } from "./tampering.ts";
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
  for (const match of text.matchAll(/[#@]\s*sourceURL/g)) {
    report(match.index, "sourceURL tells the coverage of this file as that of another");
  }
  const declared = declaredNames(ts, source);
  const given = givenValues(ts, source);
  visit(source);
  return findings;

  function visit(node: Node): void {
    const message =
      moduleFault(ts, node, harness) ??
      memberFault(ts, node, given) ??
      globalFault(ts, node, declared) ??
      tamperFault(ts, node);
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

// ---------------------------------------------------------------- globals

function globalFault(ts: Ts, node: Node, declared: ReadonlySet<string>): string | undefined {
  if (!ts.isIdentifier(node) || !isValue(ts, node)) return undefined;
  const name = node.text;
  const isAllowed = LANGUAGE_GLOBALS.has(name);
  if (declared.has(name)) {
    return isAllowed || forbiddenGlobals().has(name)
      ? `${name} hides a global of that name: choose another`
      : undefined;
  }
  if (isAllowed) return aliasFault(ts, node);
  return forbiddenGlobals().has(name)
    ? `the global ${name} is not allowed`
    : `${name} is neither declared here nor an allowed global`;
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

/** `class A extends B` evaluates B, and so does `B<string>` as a value; `implements` and interfaces do not. */
function heritageOfClass(ts: Ts, node: Node): boolean {
  const clause = node.parent;
  if (!ts.isHeritageClause(clause)) return !isInType(ts, clause);
  return clause.token === ts.SyntaxKind.ExtendsKeyword && ts.isClassLike(clause.parent);
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
  const names = new Set<string>();
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
