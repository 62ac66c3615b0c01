/** Numbers in code: what an expression is worth, and how a literal is written. */
import type { ts as T } from "ts-morph";
import { each } from "../project.ts";
import type { Project, Source } from "../project.ts";

/** Value of a literal, of a product of literals, or of a name that is bound to one anywhere in the harness. */
export function constantValue(project: Project, source: Source, node: T.Node): number | undefined {
  const literal = literalOf(project, source, node);
  return literal && Number(literal.node.text.replaceAll("_", ""));
}

/** The literal behind an expression, with the file it stands in. */
export function literalOf(
  project: Project,
  source: Source,
  node: T.Node,
): { readonly source: Source; readonly node: T.NumericLiteral } | undefined {
  const { ts } = project;
  if (ts.isNumericLiteral(node)) return { source, node };
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node))
    return literalOf(project, source, node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
    return literalOf(project, source, node.right);
  }
  const name = ts.isIdentifier(node)
    ? node.text
    : ts.isPropertyAccessExpression(node)
      ? node.name.text
      : undefined;
  if (name === undefined) return undefined;
  for (const file of [source, ...project.sources.filter((other) => other !== source)]) {
    const bound = each(ts, file.ast, (at): at is T.Node & { initializer: T.Expression; name: T.Node } => {
      const named =
        ts.isVariableDeclaration(at) ||
        ts.isParameter(at) ||
        ts.isPropertyAssignment(at) ||
        ts.isBindingElement(at) ||
        ts.isPropertyDeclaration(at);
      return named && at.initializer !== undefined && at.name.getText(file.ast) === name;
    })[0];
    if (bound && ts.isNumericLiteral(bound.initializer)) return { source: file, node: bound.initializer };
  }
  return undefined;
}

/** `value` written as `like` is written: with or without separators. */
export function numberText(value: number, like: string): string {
  return like.includes("_") ? String(value).replace(/\B(?=(\d{3})+$)/g, "_") : String(value);
}
