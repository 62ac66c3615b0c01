/** Numbers in the wrong unit: a name tells the unit, and what is done with it does not agree. */
import type { Node } from "../../../../guardrails/syntax.ts";
import { boundTo, eachNode, lastName } from "./code.ts";
import type { Code, Finding } from "./code.ts";

const MILLISECONDS = /(?:^|_)ms$|Ms$|_MS$/;
const SHARE = /(?:share|ratio|fraction|percent|cutoff)$/i;
const BYTES = /bytes?(?:Length|Size|Count)?$/i;

/** A figure in milliseconds that is made from one in milliseconds by a factor of time. */
export function convertedTwice(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    if (!ts.isBinaryExpression(node) || !isFactor(node.right)) return [];
    const operator = node.operatorToken.kind;
    if (operator !== ts.SyntaxKind.AsteriskToken && operator !== ts.SyntaxKind.SlashToken) return [];
    const to = boundTo(ts, node);
    if (to === undefined || !MILLISECONDS.test(to)) return [];
    const from = namesIn(node.left);
    if (from.some((name) => MILLISECONDS.test(name))) return [found(1, "milliseconds are converted again")];
    return [found(from.length === 0 ? 0.6 : 0.3, `${to} is made by a factor`)];
  });

  function isFactor(node: Node): boolean {
    return ts.isNumericLiteral(node) && /^(?:1_?000|60|60_?000)$/.test(node.getText());
  }
  function namesIn(node: Node): string[] {
    const own = lastName(ts, node);
    const inner: string[] = [];
    ts.forEachChild(node, (child) => void inner.push(...namesIn(child)));
    return own === undefined ? inner : [own, ...inner];
  }
}

/** Dividing by what is below one makes more of it. */
export function dividedByShare(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.SlashToken) return [];
    const by = lastName(ts, node.right);
    return by !== undefined && SHARE.test(by) ? [found(1, `divided by ${by}`)] : [];
  });
}

/** The length of a text is no number of bytes. */
export function charactersForBytes(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    if (!ts.isPropertyAccessExpression(node) || node.name.text !== "length") return [];
    const to = boundTo(ts, node);
    const of = lastName(ts, node.expression) ?? "";
    return to !== undefined && BYTES.test(to) && !/buf|bytes/i.test(of)
      ? [found(0.9, `${to} is a number of characters`)]
      : [];
  });
}

/** A limit that is given to others only in part, by a number without a name. */
export function halved(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    if (!ts.isBinaryExpression(node)) return [];
    const { operatorToken, right, left } = node;
    const isDivided = operatorToken.kind === ts.SyntaxKind.SlashToken;
    const isScaled = operatorToken.kind === ts.SyntaxKind.AsteriskToken;
    if (!ts.isNumericLiteral(right) || !(isDivided || (isScaled && Number(right.text) < 1))) return [];
    const of = lastName(ts, left);
    return of !== undefined && ts.isPropertyAccessExpression(left)
      ? [found(0.6, `only a part of ${of}, by a number without a name`)]
      : [];
  });
}
