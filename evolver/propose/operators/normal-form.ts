/** Text of statements that is equal for code which differs in layout, comments, parentheses and the order of commuting operands only. */
import type { Node, SourceFile, Ts } from "../../../guardrails/syntax.ts";

/** The form of each statement. Forms are kept: candidates share most of their statements. */
export function normalForms(ts: Ts): (tree: SourceFile) => readonly string[] {
  const seen = new Map<string, string>();
  return (tree) =>
    tree.statements.map((statement) => {
      const text = statement.getText(tree);
      const form = seen.get(text) ?? formOf(ts, tree, statement);
      seen.set(text, form);
      return form;
    });
}

function formOf(ts: Ts, tree: SourceFile, node: Node): string {
  if (ts.isParenthesizedExpression(node)) return formOf(ts, tree, node.expression);
  if (ts.isStringLiteralLike(node)) return JSON.stringify(node.text);
  if (ts.isNumericLiteral(node)) return String(Number(node.text));
  if (ts.isBinaryExpression(node) && COMMUTES.has(node.operatorToken.getText(tree))) {
    const sides = [formOf(ts, tree, node.left), formOf(ts, tree, node.right)].toSorted();
    return `(${sides.join(` ${node.operatorToken.getText(tree)} `)})`;
  }
  // One statement in braces does what it does alone.
  const only = ts.isBlock(node) && node.statements.length === 1 ? node.statements[0] : undefined;
  if (only && (ts.isIfStatement(node.parent) || ts.isIterationStatement(node.parent, false)))
    return formOf(ts, tree, only);
  const parts: string[] = [];
  ts.forEachChild(node, (child) => {
    parts.push(formOf(ts, tree, child));
  });
  return parts.length === 0
    ? `${node.kind}:${node.getText(tree)}`
    : `${node.kind}${flagOf(ts, node)}(${parts.join(",")})`;
}

const COMMUTES: ReadonlySet<string> = new Set(["===", "!==", "*"]);

/** What tells nodes with equal children apart: `const` and `let`, `!x` and `-x`. */
function flagOf(ts: Ts, node: Node): string {
  if (ts.isVariableDeclarationList(node)) return String(node.flags & ts.NodeFlags.BlockScoped);
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) return `:${node.operator}`;
  return "";
}
