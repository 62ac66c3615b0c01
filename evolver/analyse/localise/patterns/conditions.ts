/** Conditions that say the contrary of what the names around them say. */
import { wordsOf } from "../words.ts";
import type { Node } from "../../../../guardrails/syntax.ts";
import { boundTo, eachNode, lastName } from "./code.ts";
import type { Code, Finding } from "./code.ts";

/** `errors` that are those which are not `isError`. */
export function negatedNames(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    if (!ts.isPrefixUnaryExpression(node) || node.operator !== ts.SyntaxKind.ExclamationToken) return [];
    const flag = lastName(ts, node.operand);
    const kept = ts.findAncestor(node, ts.isVariableDeclaration);
    if (flag === undefined || !kept || !ts.isIdentifier(kept.name)) return [];
    const words = new Set(wordsOf(kept.name.text));
    const shared = wordsOf(flag).some((word) => words.has(word));
    return shared ? [found(1, `${kept.name.text} are those that are not ${flag}`)] : [];
  });
}

const LIMIT = /^(?:max|limit)(?=_|[A-Z])|(?:max|limit)$/i;
const LEFT = /left|remaining$/i;

/** A run that ends while it is still below a limit, or one before the last. */
export function backwardsGuards(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    if (!ts.isBinaryExpression(node)) return [];
    const { left, right, operatorToken } = node;
    const kind = operatorToken.kind;
    const isBelow = kind === ts.SyntaxKind.LessThanToken || kind === ts.SyntaxKind.LessThanEqualsToken;
    const name = lastName(ts, right) ?? "";
    if (isBelow && /^max|limit$/i.test(name) && LIMIT.test(name) && endsRun(node))
      return [found(0.9, `gives up while below ${name}`)];
    const counted = ts.isCallExpression(left) ? left.expression.getText() : (lastName(ts, left) ?? "");
    if (isBelow && LEFT.test(counted) && ts.isNumericLiteral(right) && right.text !== "0")
      return [found(0.7, `${counted} is compared with ${right.text}, not with 0`)];
    return [];
  });

  function endsRun(node: Node): boolean {
    const branch = ts.findAncestor(node, ts.isIfStatement);
    if (!branch || branch.expression.pos > node.pos || branch.expression.end < node.end) return false;
    const arm = ts.isBlock(branch.thenStatement) ? branch.thenStatement.statements[0] : branch.thenStatement;
    if (!arm) return false;
    if (ts.isThrowStatement(arm)) return true;
    if (!ts.isReturnStatement(arm) || !arm.expression) return false;
    return arm.expression.getText() !== "undefined";
  }
}

/** Two values of one function that are the same call, though their names say that something happened between. */
export function repeatedValues(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    if (!ts.isVariableDeclaration(node) || !node.initializer || !ts.isCallExpression(node.initializer))
      return [];
    const text = node.initializer.getText();
    const fn = ts.findAncestor(node, ts.isFunctionLike);
    if (!fn) return [];
    const name = node.name.getText();
    let twin: string | undefined;
    const visit = (each: Node): void => {
      if (each.pos >= node.pos) return;
      if (ts.isVariableDeclaration(each) && each.initializer?.getText() === text) twin = each.name.getText();
      ts.forEachChild(each, visit);
    };
    ts.forEachChild(fn, visit);
    return twin !== undefined && twin !== name && boundTo(ts, node.initializer) !== undefined
      ? [found(1, `${name} is computed just as ${twin}`)]
      : [];
  });
}
