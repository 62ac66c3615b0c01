/** Harness code cut into what a fault can sit in: one statement, the head of a branch or loop, a constant. */
import type { Node, SourceFile, Ts } from "../../../guardrails/syntax.ts";
import { parse } from "../../../guardrails/syntax.ts";
import { danglingIn } from "./smells.ts";
import type { Dangling } from "./smells.ts";
import { wordsOf } from "./words.ts";

/**
 * `branch`: the head of an if, loop, switch or case. `exit`: return, throw, break, continue. `constant`: declared at the top of
 * a file. `effect`: a statement for what it does. `value`: a declaration inside a function. `head`: parameters with defaults.
 */
export type Role = "branch" | "exit" | "constant" | "effect" | "value" | "head";

export interface Unit {
  /** Path in the genome, `harness/loop.ts`. */
  readonly file: string;
  /** Closest named function around it; empty at the top of a file. */
  readonly fn: string;
  /** First and last line, 1-based; the body of a branch is not part of it. */
  readonly line: number;
  readonly end: number;
  readonly role: Role;
  /** First line of what runs, or does not run, because of this unit. */
  readonly arms: readonly number[];
  readonly calls: ReadonlySet<string>;
  /** Names of variables and properties. */
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** Numbers written in it, with the name that they are the value of. */
  readonly numbers: readonly { readonly name?: string; readonly value: number }[];
  readonly words: readonly string[];
}

export interface FunctionText {
  readonly file: string;
  readonly fn: string;
  readonly words: readonly string[];
}

export interface FileUnits {
  readonly file: string;
  readonly units: readonly Unit[];
  readonly functions: readonly FunctionText[];
  readonly dangling: readonly Dangling[];
  readonly ast: SourceFile;
}

/** The units of one file in their order, and the words of each of its functions. Types and imports are no units. */
export function unitsOf(ts: Ts, file: string, text: string): FileUnits {
  const ast = parse(ts, file, text);
  const units: Unit[] = [];
  const functions = new Map<string, string[]>();
  const visit = (node: Node, fn: string): void => {
    if (ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
      return;
    const inside = nameOf(ts, node) ?? fn;
    if (inside !== fn) functions.set(inside, wordsOf(`${file} ${inside} ${commentOf(ts, text, node)}`));
    const unit = unitAt(ts, ast, node, fn, file);
    if (unit) {
      units.push(unit);
      functions.get(unit.fn)?.push(...unit.words);
    }
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(ast, "");
  return {
    file,
    ast,
    dangling: danglingIn(ts, ast),
    units: units.map((unit) => withoutNested(unit, units)),
    functions: [...functions].map(([fn, words]) => ({ file, fn, words })),
  };
}

function unitAt(ts: Ts, ast: SourceFile, node: Node, fn: string, file: string): Unit | undefined {
  const shape = shapeOf(ts, node);
  if (!shape) return undefined;
  const line = lineOf(ast, node.getStart(ast));
  const last = shape.parts.at(-1);
  const names = namesIn(ts, shape.parts);
  return {
    file,
    fn,
    line,
    end: Math.max(line, last ? lineOf(ast, last.end) : line),
    role: shape.role,
    arms: shape.arms.map((arm) => lineOf(ast, firstIn(ts, arm).getStart(ast))).filter((at) => at !== line),
    ...names,
    numbers: shape.parts.flatMap((part) => numbersIn(ts, part)),
    words: shape.parts.flatMap((part) => wordsOf(`${part.getText(ast)} ${commentOf(ts, ast.text, node)}`)),
  };
}

interface Shape {
  readonly role: Role;
  /** What belongs to the unit; for a branch that is its condition. */
  readonly parts: readonly Node[];
  readonly arms: readonly Node[];
}

function shapeOf(ts: Ts, node: Node): Shape | undefined {
  if (ts.isIfStatement(node)) {
    const { expression, thenStatement, elseStatement } = node;
    return {
      role: "branch",
      parts: [expression],
      arms: [thenStatement, ...(elseStatement ? [elseStatement] : [])],
    };
  }
  if (
    ts.isWhileStatement(node) ||
    ts.isDoStatement(node) ||
    ts.isForOfStatement(node) ||
    ts.isForInStatement(node)
  ) {
    return { role: "branch", parts: [node.expression], arms: [node.statement] };
  }
  if (ts.isForStatement(node)) {
    const parts = [node.initializer, node.condition, node.incrementor].flatMap((part) => part ?? []);
    return { role: "branch", parts, arms: [node.statement] };
  }
  if (ts.isSwitchStatement(node)) return { role: "branch", parts: [node.expression], arms: [] };
  if (ts.isCaseClause(node)) {
    return { role: "branch", parts: [node.expression], arms: node.statements.slice(0, 1) };
  }
  if (
    ts.isReturnStatement(node) ||
    ts.isThrowStatement(node) ||
    ts.isBreakStatement(node) ||
    ts.isContinueStatement(node)
  )
    return { role: "exit", parts: [node], arms: [] };
  if (ts.isExpressionStatement(node)) return { role: "effect", parts: [node], arms: [] };
  if (ts.isVariableStatement(node)) {
    return { role: ts.isSourceFile(node.parent) ? "constant" : "value", parts: [node], arms: [] };
  }
  if (ts.isFunctionLike(node)) {
    const defaults = node.parameters.filter((parameter) => parameter.initializer !== undefined);
    return defaults.length > 0 ? { role: "head", parts: defaults, arms: [] } : undefined;
  }
  return undefined;
}

/** A statement that holds functions with statements of their own ends before the first of those. */
function withoutNested(unit: Unit, units: readonly Unit[]): Unit {
  const nested = units.find((other) => other !== unit && other.line > unit.line && other.line <= unit.end);
  return nested ? { ...unit, end: Math.max(unit.line, nested.line - 1) } : unit;
}

function namesIn(ts: Ts, parts: readonly Node[]): Pick<Unit, "calls" | "reads" | "writes"> {
  const calls = new Set<string>();
  const reads = new Set<string>();
  const writes = new Set<string>();
  const visit = (node: Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isCallExpression(node)) {
      const { expression } = node;
      if (ts.isIdentifier(expression)) calls.add(expression.text);
      if (ts.isPropertyAccessExpression(expression)) {
        calls.add(expression.name.text);
        if (MUTATORS.has(expression.name.text)) addTarget(expression.expression);
      }
    }
    if (ts.isBinaryExpression(node) && isAssignment(ts, node.operatorToken.kind)) addTarget(node.left);
    if (ts.isPostfixUnaryExpression(node) || (ts.isPrefixUnaryExpression(node) && isStep(ts, node.operator)))
      addTarget(node.operand);
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) writes.add(node.name.text);
    if (ts.isIdentifier(node)) reads.add(node.text);
    ts.forEachChild(node, visit);
  };
  const addTarget = (target: Node): void => {
    if (ts.isPropertyAccessExpression(target)) writes.add(target.name.text);
    if (ts.isIdentifier(target)) writes.add(target.text);
  };
  parts.forEach(visit);
  return { calls, reads, writes };
}

function numbersIn(ts: Ts, part: Node): { name?: string; value: number }[] {
  const found: { name?: string; value: number }[] = [];
  const visit = (node: Node): void => {
    // What is written in hex is a mask or a bound of a format, and known by its form.
    if (ts.isNumericLiteral(node) && !/^0x/i.test(node.getText())) {
      const value = Number(node.text.replaceAll("_", ""));
      const { parent } = node;
      const named =
        ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name.text : undefined;
      found.push(named === undefined ? { value } : { name: named, value });
    }
    ts.forEachChild(node, visit);
  };
  visit(part);
  return found;
}

const MUTATORS = new Set(["push", "unshift", "splice", "pop", "shift", "add", "set", "delete", "clear"]);

function isAssignment(ts: Ts, operator: Node["kind"]): boolean {
  return operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;
}

function isStep(ts: Ts, operator: Node["kind"]): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
}

/** The name that a function is known by, also when it is the value of a constant or a property. */
function nameOf(ts: Ts, node: Node): string | undefined {
  if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return undefined;
  if (node.name && (ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name))) return node.name.text;
  const { parent } = node;
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && ts.isIdentifier(parent.name))
    return parent.name.text;
  return undefined;
}

function firstIn(ts: Ts, node: Node): Node {
  return ts.isBlock(node) ? (node.statements[0] ?? node) : node;
}

function commentOf(ts: Ts, text: string, node: Node): string {
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return ranges.map(({ pos, end }) => text.slice(pos, end)).join(" ");
}

function lineOf(ast: SourceFile, at: number): number {
  return ast.getLineAndCharacterOfPosition(at).line + 1;
}
