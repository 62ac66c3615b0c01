/** State that is kept where it should not be, or that nobody keeps up to date. */
import type { Node } from "../../../../guardrails/syntax.ts";
import { commentAbove, eachNode } from "./code.ts";
import type { Code, Finding } from "./code.ts";

/** A variable at the top of a file that functions change: it outlives the run that it belongs to. */
export function sharedState(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    if (!ts.isVariableDeclaration(node) || !ts.isSourceFile(node.parent.parent.parent)) return [];
    const isLet = (node.parent.flags & ts.NodeFlags.Let) !== 0;
    const name = node.name.getText();
    const changes = new RegExp(`\\b${name}\\.(?:set|add|push|delete|clear|unshift|splice)\\(`);
    const isChanged = isLet || changes.test(node.getSourceFile().text);
    return isChanged ? [found(0.8, `${name} outlives a run`)] : [];
  });
}

/** A property that may be changed, and that nothing changes after it was made. */
export function neverChanged(code: Code): Finding[] {
  const { ts } = code;
  const open = new Set<string>();
  const fixed = new Set<string>();
  const changed = new Set<string>();
  eachNode(code, (node) => {
    if (ts.isPropertySignature(node) && ts.isInterfaceDeclaration(node.parent)) {
      const isFixed = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) ?? false;
      (isFixed ? fixed : open).add(node.name.getText());
    }
    const target = targetOf(node);
    if (target !== undefined && ts.isPropertyAccessExpression(target)) changed.add(target.name.text);
    if (ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent)) {
      const { expression } = node;
      if (MUTATORS.has(node.name.text) && ts.isPropertyAccessExpression(expression))
        changed.add(expression.name.text);
    }
    return [];
  });
  return eachNode(code, (node, found) => {
    const isUse = ts.isPropertyAccessExpression(node) || ts.isPropertyAssignment(node);
    if (!isUse) return [];
    const name = node.name.getText();
    if (!open.has(name) || fixed.has(name) || changed.has(name)) return [];
    return [found(0.7, `${name} never changes`)];
  });

  function targetOf(node: Node): Node | undefined {
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      const assigns = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
      return assigns ? node.left : undefined;
    }
    if (ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)) return node.operand;
    return undefined;
  }
}

const MUTATORS = new Set(["push", "unshift", "splice", "pop", "shift", "add", "set", "delete", "clear"]);

/** A set or map that is filled and never asked, or asked and never filled. */
export function halfUsedSets(code: Code): Finding[] {
  const { ts } = code;
  const uses = new Map<string, Set<string>>();
  const callOn = (node: Node): { readonly of: string; readonly does: string } | undefined => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
    const { expression, name } = node.expression;
    if (!ts.isPropertyAccessExpression(expression) && !ts.isIdentifier(expression)) return undefined;
    const of = ts.isIdentifier(expression) ? expression.text : expression.name.text;
    return { of, does: name.text };
  };
  eachNode(code, (node) => {
    const call = callOn(node);
    if (call) uses.set(call.of, (uses.get(call.of) ?? new Set()).add(call.does));
    return [];
  });
  return eachNode(code, (node, found) => {
    const call = callOn(node);
    if (call?.does !== "add") return [];
    const all = uses.get(call.of) ?? new Set();
    return all.has("has") || all.has("intersection") || all.size > 1
      ? []
      : [found(0.6, `${call.of} is never asked`)];
  });
}

/** What the comment above a function names in backticks, and the function does not have. */
export function namedInComment(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    if (!ts.isFunctionDeclaration(node) || !node.body) return [];
    const text = node.getText();
    const words = [...commentAbove(ts, node).matchAll(/`([A-Za-z_]\w*)`/g)].map(([, word]) => word ?? "");
    return words
      .filter((word) => !text.includes(word))
      .map((word) => found(0.5, `${word} of its comment is missing`));
  });
}
