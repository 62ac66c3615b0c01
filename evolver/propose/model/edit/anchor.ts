/** Finds the place in a syntax tree that an anchor names: exactly one, or words for what is wrong. */
import type { Node, SourceFile, Ts } from "../../../../guardrails/syntax.ts";
import type { Anchor, StatementKind } from "../tool.ts";

export type Found = { readonly node: Node } | { readonly problem: string };

/** An anchor without any field is the file itself. */
export function findAnchor(ts: Ts, source: SourceFile, anchor: Anchor): Found {
  const scope = declarationOf(ts, source, anchor.declaration);
  if ("problem" in scope) return scope;
  const { statement, kind, index } = anchor;
  if (statement !== undefined && kind !== undefined)
    return { problem: "give the statement's text or its kind, not both" };
  if (statement === undefined && kind === undefined)
    return index === undefined ? scope : { problem: "an index needs a statement's text or kind beside it" };
  const inside = statementsIn(ts, scope.node);
  const matches =
    kind === undefined
      ? withText(source, inside, statement ?? "")
      : inside.filter((node) => kindOf(ts, node) === kind);
  const what = kind === undefined ? JSON.stringify(short(statement ?? "")) : `statement of kind \`${kind}\``;
  return pick(source, matches, index, `${what}${anchor.declaration ? ` in ${anchor.declaration}` : ""}`);
}

// ---------------------------------------------------------------- declarations

interface Named {
  /** With the names of what it lies in: `Class.method`, `outer.inner`. */
  readonly name: string;
  readonly node: Node;
}

function declarationOf(ts: Ts, source: SourceFile, wanted: string | undefined): Found {
  if (wanted === undefined) return { node: source };
  const all = declarations(ts, source);
  const exact = all.filter(({ name }) => name === wanted);
  const found = exact.length > 0 ? exact : all.filter(({ name }) => name.endsWith(`.${wanted}`));
  const [one, another] = found;
  if (one === undefined)
    return {
      problem: `there is no declaration ${JSON.stringify(wanted)}; there are ${
        all
          .slice(0, MOST_NAMES)
          .map(({ name }) => name)
          .join(", ") || "none"
      }`,
    };
  if (another !== undefined)
    return {
      problem: `${wanted} is declared ${found.length} times: ${found.map(({ name, node }) => `${name} in line ${lineOf(source, node)}`).join(", ")}`,
    };
  return { node: one.node };
}

const MOST_NAMES = 40;

function declarations(ts: Ts, source: SourceFile): Named[] {
  const found: Named[] = [];
  const visit = (node: Node, outer: string): void => {
    const name = nameOf(ts, node);
    const full = name === undefined ? outer : outer === "" ? name : `${outer}.${name}`;
    if (name !== undefined) found.push({ name: full, node: targetOf(ts, node) });
    ts.forEachChild(node, (child) => visit(child, full));
  };
  visit(source, "");
  return found;
}

function nameOf(ts: Ts, node: Node): string | undefined {
  if (ts.isConstructorDeclaration(node)) return "constructor";
  const isNamed =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessor(node) ||
    ts.isSetAccessor(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isPropertyDeclaration(node);
  if (!isNamed || node.name === undefined) return undefined;
  return ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name) ? node.name.text : undefined;
}

/** A constant is meant with its `const`, unless several are declared together. */
function targetOf(ts: Ts, node: Node): Node {
  if (!ts.isVariableDeclaration(node)) return node;
  const { parent } = node;
  const isAlone = ts.isVariableDeclarationList(parent) && parent.declarations.length === 1;
  return isAlone && ts.isVariableStatement(parent.parent) ? parent.parent : node;
}

// ---------------------------------------------------------------- statements

function statementsIn(ts: Ts, scope: Node): Node[] {
  const found: Node[] = [];
  const visit = (node: Node): void => {
    if (node !== scope && ts.isStatement(node) && !ts.isBlock(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(scope);
  return found;
}

function withText(source: SourceFile, statements: readonly Node[], wanted: string): Node[] {
  const text = flat(wanted);
  const exact = statements.filter((node) => flat(node.getText(source)) === text);
  return exact.length > 0 ? exact : statements.filter((node) => flat(node.getText(source)).startsWith(text));
}

function kindOf(ts: Ts, node: Node): StatementKind | undefined {
  if (ts.isIfStatement(node)) return "if";
  if (ts.isForStatement(node) || ts.isForOfStatement(node) || ts.isForInStatement(node)) return "for";
  if (ts.isWhileStatement(node)) return "while";
  if (ts.isDoStatement(node)) return "do";
  if (ts.isReturnStatement(node)) return "return";
  if (ts.isThrowStatement(node)) return "throw";
  if (ts.isTryStatement(node)) return "try";
  if (ts.isSwitchStatement(node)) return "switch";
  if (ts.isBreakStatement(node)) return "break";
  if (ts.isContinueStatement(node)) return "continue";
  if (ts.isExpressionStatement(node)) return "expression";
  return ts.isVariableStatement(node) || ts.isFunctionDeclaration(node) ? "declaration" : undefined;
}

function pick(source: SourceFile, matches: readonly Node[], index: number | undefined, what: string): Found {
  if (matches.length === 0) return { problem: `there is no ${what}` };
  if (index === undefined && matches.length > 1) {
    const lines = matches.map((node) => lineOf(source, node)).join(", ");
    return { problem: `${what} is there ${matches.length} times, in lines ${lines}: say which by \`index\`` };
  }
  const node = matches[index ?? 0];
  return node === undefined
    ? { problem: `there are only ${matches.length} of ${what}, counted from 0` }
    : { node };
}

function lineOf(source: SourceFile, node: Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
