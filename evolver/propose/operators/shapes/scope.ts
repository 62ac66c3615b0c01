/** What can be written at a place of a file: names in scope, and expressions that the file writes elsewhere. */
import type { ts as T } from "ts-morph";
import type { Node, Source, Ts } from "../project.ts";

export interface Value {
  readonly text: string;
  readonly type: T.Type;
  /** Declared, or written, in the function around the place. */
  readonly near: boolean;
  /** A name that is declared for this place, and that nothing reads: it was meant for something. */
  readonly unused: boolean;
  /** Where a name is declared; undefined for other expressions. */
  readonly declaration?: Node;
}

export interface Scope {
  /** Values that exist before `node` is reached, each text once. */
  valuesAt(node: Node): readonly Value[];
}

export function openScope(ts: Ts, checker: T.TypeChecker, source: Source): Scope {
  const written = writtenIn(ts, checker, source);
  const names = new Map<Node, ReadonlyMap<string, Named>>();
  const values = new Map<Node, readonly Value[]>();
  return {
    valuesAt(node) {
      const block = blockAround(ts, node);
      const known = names.get(block) ?? namesAt(ts, checker, source, block);
      names.set(block, known);
      // Names of this block that are declared further down do not exist yet.
      const at = statementIn(block, node);
      const found = values.get(at) ?? valuesOf(ts, checker, known, written, at);
      values.set(at, found);
      return found;
    },
  };
}

interface Named {
  readonly type: T.Type;
  readonly declaration: Node;
  readonly unused: boolean;
}

/** An expression of the file, and the names that it needs. */
interface Written {
  readonly text: string;
  readonly type: T.Type;
  readonly needs: ReadonlyMap<string, T.Type>;
  readonly fn: Node | undefined;
}

const LONGEST = 60;

function writtenIn(ts: Ts, checker: T.TypeChecker, { ast }: Source): readonly Written[] {
  const found = new Map<string, Written>();
  const visit = (node: Node): void => {
    if (isPure(ts, node)) {
      const needs = new Map<string, T.Type>();
      const free = (at: Node): void => {
        if (ts.isIdentifier(at) && !isPropertyName(ts, at)) needs.set(at.text, checker.getTypeAtLocation(at));
        ts.forEachChild(at, free);
      };
      free(node);
      const text = node.getText(ast);
      const fn = functionAround(ts, node);
      if (text.length <= LONGEST && needs.size > 0)
        found.set(`${fn?.pos} ${text}`, { text, type: checker.getTypeAtLocation(node), needs, fn });
    }
    ts.forEachChild(node, visit);
  };
  visit(ast);
  return [...found.values()];
}

/** Reads something, and does nothing. */
function isPure(ts: Ts, node: Node): node is T.Expression {
  if (ts.isPropertyAccessExpression(node)) {
    const called = ts.isCallExpression(node.parent) && node.parent.expression === node;
    return !called && isSimple(ts, node.expression);
  }
  if (ts.isBinaryExpression(node) && COMPARES.test(node.operatorToken.getText()))
    return isSimple(ts, node.left) && isSimple(ts, node.right);
  return ts.isCallExpression(node) && isSimple(ts, node) && !ts.isAwaitExpression(node.parent);
}

/** Callees whose names say that they change something. */
const ACTS =
  /(?:^|\.)(?:add|push|unshift|pop|shift|splice|set|delete|clear|take|remove|write|send|reset|forget|start|begin|end|note|sleep|observe)(?=$|[A-Z])\w*$/;
const COMPARES = /^(?:[!=]==|[<>]=?)$/;

function isSimple(ts: Ts, node: Node): boolean {
  if (ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return true;
  if (node.kind === ts.SyntaxKind.ThisKeyword) return true;
  if (ts.isPropertyAccessExpression(node)) return isSimple(ts, node.expression);
  if (ts.isCallExpression(node))
    return (
      !ACTS.test(node.expression.getText()) &&
      isSimple(ts, node.expression) &&
      node.arguments.every((at) => isSimple(ts, at))
    );
  return false;
}

function isPropertyName(ts: Ts, node: T.Identifier): boolean {
  return ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
}

function namesAt(ts: Ts, checker: T.TypeChecker, source: Source, block: Node): ReadonlyMap<string, Named> {
  const found = new Map<string, Named>();
  for (const symbol of checker.getSymbolsInScope(block, ts.SymbolFlags.Value | ts.SymbolFlags.Alias)) {
    const declaration = symbol.declarations?.[0];
    if (declaration?.getSourceFile() !== source.ast) continue;
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (!(target.flags & ts.SymbolFlags.Value) || isTypeOnly(ts, declaration)) continue;
    const type = checker.getTypeOfSymbolAtLocation(target, block);
    found.set(symbol.name, { type, declaration, unused: isUnused(ts, source, symbol.name, declaration) });
  }
  return found;
}

function isUnused(ts: Ts, { ast }: Source, name: string, declaration: Node): boolean {
  if (/^export\b/.test(statementOf(declaration).getText(ast))) return false;
  const home = functionAround(ts, declaration) ?? ast;
  const words = home.getText(ast).match(new RegExp(`\\b${RegExp.escape(name)}\\b`, "g")) ?? [];
  return words.length === 1;
}

function statementOf(declaration: Node): Node {
  let at = declaration;
  while (at.parent?.parent) at = at.parent;
  return at;
}

function isTypeOnly(ts: Ts, declaration: Node): boolean {
  return (
    ts.isImportSpecifier(declaration) && (declaration.isTypeOnly || declaration.parent.parent.isTypeOnly)
  );
}

function valuesOf(
  ts: Ts,
  checker: T.TypeChecker,
  names: ReadonlyMap<string, Named>,
  written: readonly Written[],
  at: Node,
): readonly Value[] {
  const found = new Map<string, Value>();
  const add = (value: Value): void => {
    if (value.near || !found.has(value.text)) found.set(value.text, value);
  };
  const fn = functionAround(ts, at);
  const visible = new Map([...names].filter(([, { declaration }]) => exists(ts, declaration, at)));
  for (const [text, { type, declaration, unused }] of visible) {
    const near = fn !== undefined && functionAround(ts, declaration) === fn;
    if (type.getCallSignatures().length === 0) add({ text, type, near, unused, declaration });
    if (!near || !isRecord(ts, type)) continue;
    for (const property of type.getProperties()) {
      if (!isOwn(property)) continue;
      const held = checker.getTypeOfSymbolAtLocation(property, at);
      if (held.getCallSignatures().length === 0)
        add({ text: `${text}.${property.name}`, type: held, near: false, unused: false });
    }
  }
  for (const { text, type, needs, fn: home } of written) {
    const reachable = [...needs].every(([name, needed]) => visible.get(name)?.type === needed);
    if (reachable) add({ text, type, near: home === fn, unused: false });
  }
  return [...found.values()];
}

/** Parameters and functions exist everywhere in their scope, variables from their declaration on. */
function exists(ts: Ts, declaration: Node, at: Node): boolean {
  if (!ts.isVariableDeclaration(declaration) && !ts.isBindingElement(declaration)) return true;
  if (functionAround(ts, declaration) !== functionAround(ts, at)) return true;
  return declaration.end <= at.getStart();
}

function isRecord(ts: Ts, type: T.Type): boolean {
  return (type.flags & ts.TypeFlags.Object) !== 0 || type.isUnion();
}

/** Properties that people declared: those of arrays and strings are no state. */
function isOwn(property: T.Symbol): boolean {
  const file = property.declarations?.[0]?.getSourceFile().fileName ?? "lib.";
  return !/(?:^|\/)lib\.[^/]*$/.test(file) && /^[A-Za-z_$][\w$]*$/.test(property.name);
}

/** The innermost node around that may declare names. */
export function blockAround(ts: Ts, node: Node): Node {
  for (let at = node.parent; at; at = at.parent) {
    if (ts.isBlock(at) || ts.isSourceFile(at) || ts.isFunctionLike(at) || ts.isCaseClause(at)) return at;
    if (ts.isIterationStatement(at, false) || ts.isCatchClause(at)) return at;
  }
  return node;
}

export function functionAround(ts: Ts, node: Node): T.SignatureDeclaration | undefined {
  for (let at = node.parent; at; at = at.parent) if (ts.isFunctionLike(at)) return at;
  return undefined;
}

function statementIn(block: Node, node: Node): Node {
  let at = node;
  while (at.parent && at.parent !== block) at = at.parent;
  return at;
}
