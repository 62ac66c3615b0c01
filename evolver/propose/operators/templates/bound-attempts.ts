import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { around, each, freshName, within } from "../project.ts";
import type { Node, Project, Source, Splice } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { changeAt } from "../shapes/variants.ts";
import { kernelInScope } from "../shapes/kernel-calls.ts";
import { reaching } from "../shapes/reach.ts";
import { indentAt, styled } from "../shapes/style.ts";
import { refusalsInARow } from "../../../analyse/transcript.ts";

const KINDS: Kinds = {
  "budget-exhausted": 0.7,
  "steps-exhausted": 0.6,
  "invalid-request": 0.4,
  "context-not-smaller": 0.4,
  "counter-not-reset": 0.3,
  "transient-error": 0.4,
  "repeated-call": 0.3,
};
/** Refused calls in a row from which on nobody can have counted. */
const MANY = 6;

/** Bounds a loop that catches a failed call and tries again for ever, and lets it wait longer each time. */
export const boundAttempts: Operator = {
  name: "bound-attempts",
  appliesTo: (evidence) => askedFor(evidence, KINDS, (view) => refusalsInARow(view) >= MANY),
  transform(project, evidence) {
    const asks = [reaching(project, "model"), reaching(project, "tools")];
    const reaches = (node: Node): boolean => asks.some((ask) => ask(node));
    return project.sources.flatMap((source) => endless(project, source, reaches, evidence));
  },
  rationale: (evidence) => because(evidence, KINDS, "what failed five times in a row will fail again"),
};

function endless(
  project: Project,
  source: Source,
  reaches: (node: Node) => boolean,
  evidence: Evidence,
): Variant[] {
  const { ts } = project;
  return each(ts, source.ast, ts.isTryStatement).flatMap((attempt) => {
    const loop = around(attempt, (node): node is T.IterationStatement =>
      ts.isIterationStatement(node, false),
    );
    const handler = attempt.catchClause;
    if (!loop || !handler || !isEndless(ts, loop) || !reaches(attempt.tryBlock)) return [];
    if (around(attempt, ts.isFunctionLike) !== around(loop, ts.isFunctionLike) || gives(ts, handler.block))
      return [];
    const changes = bounded(project, source, loop, attempt, handler);
    return [changeAt(evidence, source, handler, "Give up after five failures in a row", changes)];
  });
}

/** `for (;;)`, `while (true)`, `do … while (true)`. */
function isEndless(ts: Project["ts"], loop: T.IterationStatement): boolean {
  if (ts.isForStatement(loop)) return loop.condition === undefined;
  return (
    (ts.isWhileStatement(loop) || ts.isDoStatement(loop)) &&
    loop.expression.kind === ts.SyntaxKind.TrueKeyword
  );
}

/** The handler can end the loop. */
function gives(ts: Project["ts"], block: T.Block): boolean {
  const ends = (node: Node): boolean =>
    ts.isThrowStatement(node) ||
    ts.isReturnStatement(node) ||
    ts.isBreakStatement(node) ||
    (!ts.isFunctionLike(node) && (ts.forEachChild(node, ends) ?? false));
  return ends(block);
}

function bounded(
  project: Project,
  source: Source,
  loop: T.IterationStatement,
  attempt: T.TryStatement,
  handler: T.CatchClause,
): Splice[] {
  const { ts } = project;
  const counter = freshName(source, "failures");
  const error = handler.variableDeclaration?.name.getText(source.ast) ?? "error";
  const kernel = kernelInScope(project, source, attempt);
  const waits = /\bsleep\(/.test(handler.getText(source.ast));
  const indent = indentAt(source.text, loop.getStart(source.ast));
  const inner = indentAt(source.text, handler.getStart(source.ast));
  const line = (code: string): string => `${styled(source, code, inner)}\n`;
  const head = [
    line(`  ${counter} += 1;`),
    line(`  if (${counter} >= 5${kernel === undefined ? "" : ` || ${kernel}.aborted`}) throw ${error};`),
    ...(kernel === undefined || waits
      ? []
      : [line(`  await ${kernel}.sleep(Math.min(250 * 2 ** ${counter}, 30_000));`)]),
  ].join("");
  const start = loop.getStart(source.ast);
  const open = handler.block.getStart(source.ast) + 1;
  const splices: Splice[] = [
    { start, end: start, text: `${styled(source, `let ${counter} = 0;`)}\n${indent}` },
    { start: open, end: open, text: `\n${head.replace(/\n$/, "")}` },
  ];
  if (!handler.variableDeclaration) {
    const at = handler.getStart(source.ast) + "catch".length;
    splices.push({ start: at, end: at, text: ` (${error})` });
  }
  const last = attempt.tryBlock.statements.at(-1);
  const goesOn = last !== undefined && !ts.isReturnStatement(last) && !ts.isBreakStatement(last);
  if (goesOn && within(last, loop)) {
    const lastIndent = indentAt(source.text, last.getStart(source.ast));
    splices.push({
      start: last.end,
      end: last.end,
      text: `\n${styled(source, `${counter} = 0;`, lastIndent)}`,
    });
  }
  return splices;
}
