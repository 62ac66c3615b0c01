import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { around, each, freshName } from "../project.ts";
import type { Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt } from "../shapes/variants.ts";
import { appended } from "../shapes/style.ts";

const KINDS: Kinds = {
  "context-not-smaller": 1,
  "budget-exhausted": 0.4,
  "steps-exhausted": 0.3,
  "invalid-request": 0.3,
  "harness-error": 0.2,
};

/**
 * Requires progress of a recovery: a compaction whose result is not smaller is refused, and one that says that it did
 * nothing is not followed by the same request again.
 */
export const shrinkOnly: Operator = {
  name: "shrink-only",
  appliesTo: (evidence) => askedFor(evidence, KINDS),
  transform: (project, evidence) =>
    project.sources.flatMap((source) => [
      ...replacements(project, source, evidence),
      ...unheard(project, source, evidence),
    ]),
  rationale: (evidence) =>
    because(evidence, KINDS, "what did not make the context smaller has to be refused"),
};

/** `messages = await compacted(messages, …)`, `turns = [first, note, ...turns.slice(n)]`: something made of itself. */
function replacements({ ts }: Project, source: Source, evidence: Evidence): Variant[] {
  return each(ts, source.ast, ts.isBinaryExpression).flatMap((node) => {
    if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isExpressionStatement(node.parent))
      return [];
    const list = node.left.getText(source.ast);
    if (!isMadeSmaller(ts, source, node.right, list)) return [];
    const name = freshName(source, "smallerOf");
    const text = `${name}(${list}, ${node.right.getText(source.ast)})`;
    const splices = [replaced(source, node.right, text), appended(source, helper(name))];
    return [
      changeAt(evidence, source, node, "Keep only a compaction that makes the context smaller", splices),
    ];
  });
}

function isMadeSmaller(ts: Project["ts"], source: Source, value: T.Expression, list: string): boolean {
  const made = ts.isAwaitExpression(value) ? value.expression : value;
  if (ts.isCallExpression(made)) {
    const argument = made.arguments.some((each) => each.getText(source.ast) === list);
    return (
      argument && !/\b(?:smallerOf|concat|push|add|append)\w*$/i.test(made.expression.getText(source.ast))
    );
  }
  if (!ts.isArrayLiteralExpression(made)) return false;
  const spread = made.elements.filter(ts.isSpreadElement).map((each) => each.expression.getText(source.ast));
  return spread.some((text) => text.startsWith(`${list}.`)) && !spread.includes(list);
}

/** `catch (error) { await compact(…); }` where `compact` says whether it did anything, and nobody listens. */
function unheard({ ts, sources }: Project, source: Source, evidence: Evidence): Variant[] {
  const answering = new Set(
    sources.flatMap(({ ast }) =>
      each(ts, ast, ts.isFunctionDeclaration).flatMap(({ name, type }) =>
        name && /^(?:Promise<boolean>|boolean)$/.test(type?.getText(ast) ?? "") ? [name.text] : [],
      ),
    ),
  );
  return each(ts, source.ast, ts.isExpressionStatement).flatMap((statement) => {
    const { expression } = statement;
    const call = ts.isAwaitExpression(expression) ? expression.expression : expression;
    if (!ts.isCallExpression(call) || !answering.has(call.expression.getText(source.ast))) return [];
    const error = around(statement, ts.isCatchClause)?.variableDeclaration?.name.getText(source.ast);
    if (error === undefined) return [];
    const text = `if (!(${expression.getText(source.ast)})) throw ${error}${statement.getText(source.ast).endsWith(";") ? ";" : ""}`;
    const title = "Go on only after a recovery that made progress";
    return [changeAt(evidence, source, statement, title, [replaced(source, statement, text)])];
  });
}

function helper(name: string): string {
  return `/** The second value when it is written shorter, the first one otherwise. */
function ${name}<Value>(before: Value, after: Value): Value {
  return JSON.stringify(after).length < JSON.stringify(before).length ? after : before;
}`;
}
