import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { around, each } from "../project.ts";
import type { Node, Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt, withAll } from "../shapes/variants.ts";
import { kernelCalls } from "../shapes/kernel-calls.ts";
import { reaching } from "../shapes/reach.ts";
import { indentAt, styled, typeImports } from "../shapes/style.ts";
import { repeatsSideEffect } from "../../../analyse/transcript.ts";

const KINDS: Kinds = {
  "budget-exhausted": 0.4,
  "steps-exhausted": 0.3,
  "invalid-request": 0.5,
  "repeated-call": 0.4,
  "tool-error": 0.3,
  "wrong-result": 0.3,
  "stale-state": 0.2,
};

/**
 * Tries again only what may work the next time: a model call that the kernel says is retryable, a tool call whose
 * failure is transient. The kernel marks no call with side effects so, which a blind retry would carry out twice.
 */
export const retrySelectively: Operator = {
  name: "retry-selectively",
  appliesTo: (evidence) => askedFor(evidence, KINDS, repeatsSideEffect),
  transform(project, evidence) {
    const reaches = reaching(project, "model");
    const results = project.sources.flatMap((source) => blindResults(project, source, evidence));
    return [
      ...withAll(results, "Repeat only transient failures of tools, everywhere"),
      ...project.sources.flatMap((source) => blindCatches(project, source, reaches, evidence)),
    ];
  },
  rationale: (evidence) => because(evidence, KINDS, "only a failure that passes is worth another try"),
};

/** `while (result.is_error) result = await kernel.tools.call(call)`, also with the test inside the loop. */
function blindResults(project: Project, source: Source, evidence: Evidence): Variant[] {
  const { ts } = project;
  const loops = kernelCalls(project, "tools").flatMap(({ source: at, call }) => {
    const loop =
      at === source
        ? around(call, (node): node is T.IterationStatement => ts.isIterationStatement(node, false))
        : undefined;
    const ofItems = loop && (ts.isForOfStatement(loop) || ts.isForInStatement(loop));
    return loop && !ofItems && around(loop, ts.isFunctionLike) === around(call, ts.isFunctionLike)
      ? [loop]
      : [];
  });
  return [...new Set(loops)].flatMap((loop) =>
    conditionsOf(ts, loop).flatMap((condition) => {
      if (/transient/.test(condition.getText(source.ast))) return [];
      return each(ts, condition, isFailureTest(ts)).flatMap((test) => {
        const after = transientOnly(ts, source, test);
        if (after === undefined) return [];
        const splices = [replaced(source, test, styled(source, after))];
        return [changeAt(evidence, source, test, "Repeat only transient failures of tools", splices)];
      });
    }),
  );
}

function conditionsOf(ts: Project["ts"], loop: T.IterationStatement): T.Expression[] {
  const own = ts.isForStatement(loop)
    ? loop.condition
    : ts.isWhileStatement(loop) || ts.isDoStatement(loop)
      ? loop.expression
      : undefined;
  const inside = each(ts, loop.statement, ts.isIfStatement).map(({ expression }) => expression);
  return [...(own ? [own] : []), ...inside];
}

/** `r.is_error`, `r.failure`, and comparisons of the latter with nothing. */
function isFailureTest(ts: Project["ts"]) {
  return (node: Node): node is T.Expression => {
    if (ts.isBinaryExpression(node))
      return node.left.getText().endsWith(".failure") && node.right.getText() === "undefined";
    if (!ts.isPropertyAccessExpression(node)) return false;
    if (node.name.text === "is_error") return true;
    const parent = node.parent;
    return (
      node.name.text === "failure" && !ts.isBinaryExpression(parent) && !ts.isPropertyAccessExpression(parent)
    );
  };
}

function transientOnly(ts: Project["ts"], source: Source, test: T.Expression): string | undefined {
  if (ts.isBinaryExpression(test)) {
    const absent = test.operatorToken.getText(source.ast).startsWith("=");
    return `${test.left.getText(source.ast)}?.kind ${absent ? "!==" : "==="} "transient"`;
  }
  if (!ts.isPropertyAccessExpression(test)) return undefined;
  const owner = test.expression.getText(source.ast);
  const negated = ts.isPrefixUnaryExpression(test.parent);
  const after = `${owner}.failure?.kind === "transient"`;
  return negated ? `(${after})` : after;
}

/** A handler in a loop that never asks what went wrong. */
function blindCatches(
  { ts }: Project,
  source: Source,
  reaches: (node: Node) => boolean,
  evidence: Evidence,
): Variant[] {
  return each(ts, source.ast, ts.isCatchClause).flatMap((handler) => {
    const loop = around(handler, (node): node is T.IterationStatement =>
      ts.isIterationStatement(node, false),
    );
    const name = handler.variableDeclaration?.name;
    const text = handler.block.getText(source.ast);
    if (!loop || !name || !ts.isIdentifier(name) || !reaches(handler.parent.tryBlock)) return [];
    if (/\b(?:retryable|code|status)\b/.test(text)) return [];
    const indent = indentAt(source.text, handler.getStart(source.ast));
    const open = handler.block.getStart(source.ast) + 1;
    const guard = styled(
      source,
      `  if ((${name.text} as Partial<WireError>).retryable !== true) throw ${name.text};`,
      indent,
    );
    const splices = [{ start: open, end: open, text: `\n${guard}` }, ...typeImports(source, ["WireError"])];
    return [changeAt(evidence, source, handler, "Ask the model again only when that may help", splices)];
  });
}
