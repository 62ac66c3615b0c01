/** Conditions: where code decides something, and what else could be asked there. */
import type { ts as T } from "ts-morph";
import type { Site } from "../mutation.ts";
import type { Node } from "../project.ts";
import { textOf } from "./change.ts";
import type { Value } from "./scope.ts";
import { likeness } from "./words.ts";

/** An expression whose truth decides: of an `if`, a loop, `? :`, an operand of these, or a boolean that is handed on. */
export function isCondition(site: Site, node: Node): node is T.Expression {
  const { ts } = site;
  const { parent } = node;
  if (!ts.isExpression(node) || parent === undefined) return false;
  if (ts.isParenthesizedExpression(node)) return false;
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent))
    return parent.expression === node;
  if (ts.isConditionalExpression(parent) || ts.isForStatement(parent)) return parent.condition === node;
  if (isLogical(site, parent) || isNegation(site, parent))
    return isCondition(site, outer(site, parent)) || isBoolean(site, node);
  if (ts.isParenthesizedExpression(parent))
    return isCondition(site, outer(site, parent)) || isBoolean(site, node);
  const handedOn =
    ts.isArrowFunction(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isPropertyAssignment(parent);
  return (
    handedOn &&
    isBoolean(site, node) &&
    node.kind !== ts.SyntaxKind.TrueKeyword &&
    node.kind !== ts.SyntaxKind.FalseKeyword
  );
}

function outer({ ts }: Site, node: Node): Node {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  return at;
}

/** `&&` or `||`. */
export function isLogical({ ts }: Site, node: Node): node is T.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
}

export function isNegation({ ts }: Site, node: Node): node is T.PrefixUnaryExpression {
  return ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken;
}

export function isBoolean({ ts, checker }: Site, node: Node): boolean {
  return (checker.getTypeAtLocation(node).flags & ts.TypeFlags.BooleanLike) !== 0;
}

/** The opposite, as a person would write it. */
export function negated(site: Site, node: T.Expression): string {
  const { ts } = site;
  if (isNegation(site, node)) return textOf(site, node.operand);
  if (ts.isParenthesizedExpression(node)) return negated(site, node.expression);
  if (ts.isBinaryExpression(node)) {
    const opposite = OPPOSITES.get(textOf(site, node.operatorToken));
    if (opposite !== undefined) return `${textOf(site, node.left)} ${opposite} ${textOf(site, node.right)}`;
    return `!(${textOf(site, node)})`;
  }
  return ts.isConditionalExpression(node) ? `!(${textOf(site, node)})` : `!${textOf(site, node)}`;
}

const OPPOSITES: ReadonlyMap<string, string> = new Map([
  ["===", "!=="],
  ["!==", "==="],
  ["<", ">="],
  [">=", "<"],
  [">", "<="],
  ["<=", ">"],
]);

export interface Question {
  readonly text: string;
  readonly fit: number;
}

/**
 * What could be asked at a place: flags in scope, comparisons that the file makes elsewhere, and whether a value that
 * `about` speaks of is there at all.
 */
export function questionsAt(site: Site, node: Node, about: string, most: number): Question[] {
  const mentioned = (text: string): number => (about.includes(text) ? 0.25 : 0);
  const values = site.scope.valuesAt(node);
  const single = values
    .flatMap((value) =>
      asked(site, value).map(({ text, fit }) => {
        const natural =
          0.2 + (value.near ? 0.3 : 0) + 0.2 * likeness(value.text, about) + mentioned(value.text);
        return { text, fit: fit * natural * (value.unused ? 3 : 1) };
      }),
    )
    .filter(({ text }) => !about.includes(text));
  return [...single, ...bounds(site, values)].toSorted((a, b) => b.fit - a.fit).slice(0, most);
}

/** Whether a figure has come to a limit that has a name. */
function bounds({ ts }: Site, values: readonly Value[]): Question[] {
  const numbers = values.filter(
    ({ type, text }) => (type.flags & ts.TypeFlags.NumberLike) !== 0 && /^[\w$.]+$/.test(text),
  );
  const isLimit = ({ text }: Value): boolean => /^[A-Z][A-Z\d_]*$/.test(text);
  return numbers.filter(isLimit).flatMap((limit) =>
    numbers
      .filter((value) => value.near && !isLimit(value))
      .flatMap((value) => {
        const natural = (0.1 + 0.5 * likeness(limit.text, value.text)) * (limit.unused ? 3 : 1);
        return [">=", "<", ">", "<="].map((sign, index) => ({
          text: `${value.text} ${sign} ${limit.text}`,
          fit: natural * (index < 2 ? 1 : 0.7),
        }));
      }),
  );
}

/** A flag is there to be asked, more than a figure or a text is. */
const FLAG = 2;
/** Most literals of a union that are compared with. */
const MEMBERS = 8;

function asked(site: Site, { text, type }: Value): Question[] {
  const { ts, checker } = site;
  if (type.flags & ts.TypeFlags.BooleanLike) {
    const both = /[<>=]/.test(text) ? [] : [{ text: `!${text}`, fit: FLAG }];
    return [{ text, fit: FLAG }, ...both];
  }
  if (!/^[\w$.]+$/.test(text)) return [];
  if (
    type.isUnion() &&
    type.types.every((member) => member.isStringLiteral()) &&
    type.types.length <= MEMBERS
  )
    return type.types.flatMap((member) =>
      member.isStringLiteral()
        ? [
            { text: `${text} === "${member.value}"`, fit: 0.4 },
            { text: `${text} !== "${member.value}"`, fit: 0.4 },
          ]
        : [],
    );
  if (type.isUnion() && type.types.some((member) => member.flags & ts.TypeFlags.Undefined))
    return [
      { text: `${text} !== undefined`, fit: 0.5 },
      { text: `${text} === undefined`, fit: 0.5 },
      ...(type.types.some((member) => member.flags & ts.TypeFlags.NumberLike)
        ? [
            { text: `${text} === 0`, fit: 0.4 },
            { text: `${text} !== 0`, fit: 0.4 },
          ]
        : []),
    ];
  if (type.flags & ts.TypeFlags.StringLike)
    return [
      { text: `${text} === ""`, fit: 0.25 },
      { text: `${text} !== ""`, fit: 0.25 },
    ];
  if (checker.isArrayType(type))
    return [
      { text: `${text}.length === 0`, fit: 0.3 },
      { text: `${text}.length > 0`, fit: 0.3 },
    ];
  if (type.flags & ts.TypeFlags.NumberLike)
    return [
      { text: `${text} > 0`, fit: 0.25 },
      { text: `${text} === 0`, fit: 0.25 },
    ];
  return [];
}

export function isDefault({ ts }: Site, node: Node): node is T.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken;
}

/** An operand of `&&` or `||`, in brackets where it needs them. */
export function operand(text: string): string {
  return /^[\w$.!]+$|^[\w$.]+\([^()]*\)$/.test(text) || /^[^&|?]+$/.test(text) ? text : `(${text})`;
}
