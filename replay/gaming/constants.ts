/** What constant expressions of code amount to: `"to" + "tal"`, `["t", "o"].join("")`, `1700 + 34`. */
import type { Node, SourceFile, Ts } from "../../guardrails/syntax.ts";

type Constant = string | number | readonly Constant[];

/** Nothing that is worth hiding is longer, and no expression may be unrolled without end. */
const MOST_CHARACTERS = 10_000;
const DEEPEST = 60;

/** The values of all constant expressions that touch the lines asked for, as text, with their lines (1-based). */
export function constantTexts(
  ts: Ts,
  source: SourceFile,
  isAsked: (from: number, to: number) => boolean,
): { readonly line: number; readonly text: string }[] {
  const evaluate = evaluator(ts, source);
  const lineOf = (at: number): number => source.getLineAndCharacterOfPosition(at).line + 1;
  const found: { line: number; text: string }[] = [];
  const visit = (node: Node): void => {
    const [from, to] = [lineOf(node.getStart(source)), lineOf(node.end)];
    if (!isAsked(from, to)) return;
    if (ts.isRegularExpressionLiteral(node)) found.push({ line: from, text: node.text });
    const value = ts.isExpression(node) ? evaluate(node) : undefined;
    if (value !== undefined) found.push(...textsOf(value).map((text) => ({ line: from, text })));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function textsOf(value: Constant): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  const parts = value.map(String);
  const codes = value.every(
    (one) => typeof one === "number" && one > 8 && one < 0x10ffff && Number.isInteger(one),
  );
  return [parts.join(""), parts.join(" "), ...(codes ? [String.fromCodePoint(...value.map(Number))] : [])];
}

/** Undefined for everything that is not constant, or not understood. */
function evaluator(ts: Ts, source: SourceFile): (node: Node) => Constant | undefined {
  const variables = constantsOf(ts, source);
  const evaluate = (node: Node, depth = 0): Constant | undefined => {
    if (depth > DEEPEST) return undefined;
    const value = (inner: Node): Constant | undefined => evaluate(inner, depth + 1);
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node))
      return value(node.expression);
    if (ts.isSatisfiesExpression(node)) return value(node.expression);
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isNumericLiteral(node)) return Number(node.text);
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
      const operand = value(node.operand);
      return typeof operand === "number" ? -operand : undefined;
    }
    if (ts.isIdentifier(node)) {
      const given = variables.get(node.text);
      return given === undefined ? undefined : value(given);
    }
    if (ts.isTemplateExpression(node)) {
      const parts = node.templateSpans.map(({ expression, literal }) => [value(expression), literal.text]);
      if (parts.some(([hole]) => hole === undefined)) return undefined;
      return short(node.head.text + parts.flat().map(String).join(""));
    }
    if (ts.isArrayLiteralExpression(node)) return all(node.elements.map(value));
    if (ts.isBinaryExpression(node))
      return combined(node.operatorToken.getText(source), value(node.left), value(node.right));
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression: object, name } = node.expression;
      const args = all(node.arguments.map(value));
      if (/^String\.from(?:CharCode|CodePoint)$/.test(node.expression.getText(source)))
        return characters(args);
      return called(value(object), name.text, args);
    }
    return undefined;
  };
  return (node) => evaluate(node);
}

function constantsOf(ts: Ts, source: SourceFile): Map<string, Node> {
  const found = new Map<string, Node>();
  const visit = (node: Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined)
      found.set(node.name.text, node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function all(values: readonly (Constant | undefined)[]): readonly Constant[] | undefined {
  return values.every((value) => value !== undefined) ? values : undefined;
}

function short(text: string): string | undefined {
  return text.length > MOST_CHARACTERS ? undefined : text;
}

function combined(operator: string, a: Constant | undefined, b: Constant | undefined): Constant | undefined {
  if (typeof a === "number" && typeof b === "number") {
    switch (operator) {
      case "+":
        return a + b;
      case "-":
        return a - b;
      case "*":
        return a * b;
      case "/":
        return a / b;
      case "%":
        return a % b;
      case "**":
        return a ** b;
      case "^":
        return a ^ b;
      case "|":
        return a | b;
      case "&":
        return a & b;
      case "<<":
        return a << b;
      case ">>":
        return a >> b;
      default:
        return undefined;
    }
  }
  const areTexts = [a, b].every((value) => typeof value === "string" || typeof value === "number");
  return operator === "+" && areTexts ? short(`${String(a)}${String(b)}`) : undefined;
}

function characters(codes: readonly Constant[] | undefined): string | undefined {
  const valid = codes?.every(
    (code) => typeof code === "number" && code >= 0 && code <= 0x10ffff && Number.isInteger(code),
  );
  return valid === true ? String.fromCodePoint(...(codes ?? []).map(Number)) : undefined;
}

/** The methods that put text together; whoever needs others has hidden nothing by them that the parts do not show. */
function called(
  object: Constant | undefined,
  method: string,
  args: readonly Constant[] | undefined,
): Constant | undefined {
  if (object === undefined || args === undefined) return undefined;
  const [first, second] = args;
  if (typeof object === "object") {
    switch (method) {
      case "join":
        return short(object.map(String).join(first === undefined ? "," : String(first)));
      case "reverse":
      case "toReversed":
        return object.toReversed();
      case "concat":
        return [...object, ...args.flat()];
      default:
        return undefined;
    }
  }
  const text = String(object);
  switch (method) {
    case "split":
      return typeof first === "string" ? text.split(first) : undefined;
    case "concat":
      return short(text + args.map(String).join(""));
    case "toString":
      return typeof object === "number" && typeof first === "number" && first >= 2 && first <= 36
        ? object.toString(first)
        : text;
    case "repeat":
      return typeof first === "number" && first >= 0 && text.length * first <= MOST_CHARACTERS
        ? text.repeat(first)
        : undefined;
    case "slice":
    case "substring":
      return text.slice(Number(first ?? 0), second === undefined ? undefined : Number(second));
    case "replace":
    case "replaceAll":
      return typeof first === "string" && typeof second === "string"
        ? short(text.replaceAll(first, () => second))
        : undefined;
    case "toLowerCase":
    case "toUpperCase":
    case "trim":
      return text;
    case "toFixed":
      return typeof object === "number" && typeof first === "number" && first >= 0 && first < 20
        ? object.toFixed(first)
        : undefined;
    default:
      return undefined;
  }
}
