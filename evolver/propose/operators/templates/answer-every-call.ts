import type { ts as T } from "ts-morph";
import { messagePerResult } from "../shapes/message-per-result.ts";
import type { Operator, Variant } from "../operator.ts";
import { pickedCalls } from "../shapes/pick-calls.ts";
import type { Picked } from "../shapes/pick-calls.ts";
import { suspicionAt } from "../evidence.ts";
import type { Evidence } from "../evidence.ts";
import { around, each, freshName, linesOf, within } from "../project.ts";
import type { Node, Project, Source, Splice } from "../project.ts";
import { deeper, indentAt, indentUnit, newline, typeImports } from "../shapes/style.ts";

/** Carries out all calls of a reply and answers them in one message, where the harness handles the first one only. */
export const answerEveryCall: Operator = {
  name: "answer-every-call",
  appliesTo: (evidence) => evidence.weights.get("invalid-request") ?? 0,
  transform: (project, evidence) =>
    project.sources.flatMap((source) => [
      ...firstOnly(project, source, evidence),
      ...messagePerResult(project, source, evidence),
    ]),
  rationale: (evidence) =>
    `${evidence.hypothesis("invalid-request")?.evidence ?? "The model refused a request"}: each call of a reply needs its result in the next message.`,
};

function firstOnly(project: Project, source: Source, evidence: Evidence): Variant[] {
  const { ts } = project;
  return each(ts, source.ast, ts.isVariableDeclaration).flatMap((declaration) => {
    const picked = pickedCalls(project, source, declaration);
    if (!picked || !ts.isIdentifier(declaration.name)) return [];
    const splices = looped(project, source, declaration, declaration.name.text, picked);
    if (!splices) return [];
    const lines = linesOf(source, declaration);
    const fit = suspicionAt(evidence, source.path, lines.from, lines.to);
    return [{ title: "Answer every tool call of a reply", splices, fit }];
  });
}

/**
 * Puts a loop around what is done with the call: from the first statement behind the test for its absence to the one
 * that stores the result, whose list of one result becomes the list of all.
 */
function looped(
  project: Project,
  source: Source,
  declaration: T.VariableDeclaration,
  name: string,
  picked: Picked,
): Map<string, Splice[]> | undefined {
  const { ts } = project;
  const statement = around(declaration, ts.isVariableStatement);
  if (!statement || statement.declarationList.declarations.length !== 1) return undefined;
  const stored = storedResult(project, source, statement.parent, name);
  if (!stored) return undefined;
  const { block, store, list, result } = stored;
  const position = block.statements.indexOf(store);
  const before = block.statements.slice(0, position).filter((each) => each.getStart() > declaration.end);
  // The body begins where the call is first used for anything but the question whether there is one.
  const first = before.findIndex((each) => mentions(source, each, name) && !isTest(ts, source, each, name));
  const body = first === -1 ? [] : before.slice(first);
  if (body.some((each) => jumps(ts, each))) return undefined;
  const all = freshName(source, name === "calls" ? "allCalls" : "calls");
  const results = freshName(source, "results");
  const start = (body[0] ?? store).getStart(source.ast);
  const indent = indentAt(source.text, start);
  const unit = indentUnit(source.text);
  const nl = newline(source.text);
  const semicolon = store.getText(source.ast).endsWith(";") ? ";" : "";
  const inner =
    body.length > 0 ? deeper(source, source.text.slice(start, store.getStart(source.ast)).trimEnd()) : "";
  const element = deeper(source, result.getText(source.ast));
  if (inner === undefined || element === undefined) return undefined;
  const loop =
    `const ${results}: ToolResultBlock[] = []${semicolon}${nl}${indent}for (const ${name} of ${all}) {${nl}` +
    (inner === "" ? "" : `${indent}${unit}${inner}${nl}`) +
    `${indent}${unit}${results}.push(${element})${semicolon}${nl}${indent}}${nl}${indent}`;
  const own: Splice[] = [
    { start: declaration.getStart(source.ast), end: declaration.end, text: `${all} = ${picked.all}` },
    { start, end: store.getStart(source.ast), text: loop },
    { start: list.getStart(source.ast), end: list.end, text: results },
    ...typeImports(source, ["ToolResultBlock"]),
    ...tests(project, source, statement.parent, declaration, name, all, { from: start, to: store.end }),
  ];
  const splices = new Map<string, Splice[]>();
  for (const [path, changes] of picked.elsewhere) splices.set(path, [...changes]);
  splices.set(source.path, [...(splices.get(source.path) ?? []), ...own]);
  return splices;
}

interface Stored {
  readonly block: T.Block;
  readonly store: T.Statement;
  readonly list: T.ArrayLiteralExpression;
  readonly result: T.Expression;
}

/**
 * The statement with `[{ type: "tool_result", tool_use_id: call.id, … }]`, or with a list of what a function made of the
 * call, `[await dispatch(call)]`; in the block of the call or one inside it.
 */
function storedResult({ ts }: Project, source: Source, scope: Node, name: string): Stored | undefined {
  for (const list of each(ts, scope, ts.isArrayLiteralExpression)) {
    const result = list.elements[0];
    if (list.elements.length !== 1 || !result) continue;
    const store = answers(ts, source, result, name)
      ? around(list, (node): node is T.Statement => ts.isStatement(node) && !ts.isBlock(node))
      : undefined;
    if (store && ts.isBlock(store.parent)) return { block: store.parent, store, list, result };
  }
  return undefined;
}

function answers(ts: Project["ts"], source: Source, result: T.Expression, name: string): boolean {
  if (ts.isObjectLiteralExpression(result)) {
    return result.properties.some(
      (property) => property.name?.getText(source.ast) === "tool_use_id" && mentions(source, property, name),
    );
  }
  const made = ts.isAwaitExpression(result) ? result.expression : result;
  return ts.isCallExpression(made) && made.arguments.some((argument) => mentions(source, argument, name));
}

/** Every other place that mentions the single call: tests for its absence turn into tests of the list. */
function tests(
  { ts }: Project,
  source: Source,
  scope: Node,
  declaration: T.VariableDeclaration,
  name: string,
  all: string,
  loop: { from: number; to: number },
): Splice[] {
  const conditions = each(ts, scope, ts.isIfStatement).map((each) => each.expression);
  const replaced = conditions.flatMap((condition) => {
    const text = condition.getText(source.ast);
    if (condition.getStart() < declaration.end || inside(condition, loop) || !onlyAbout(text, name))
      return [];
    return [
      {
        start: condition.getStart(source.ast),
        end: condition.end,
        text: `${all}.length ${isAbsence(text) ? "===" : ">"} 0`,
      },
    ];
  });
  const others = each(ts, scope, ts.isIdentifier).flatMap((id) => {
    const [start, end] = [id.getStart(source.ast), id.end];
    if (id.text !== name || start < declaration.end || inside(id, loop)) return [];
    if (ts.isPropertyAccessExpression(id.parent) && id.parent.name === id) return [];
    if (replaced.some((each) => start >= each.start && end <= each.end)) return [];
    return [{ start, end, text: `${all}[0]` }];
  });
  return [...replaced, ...others];
}

function inside(node: Node, { from, to }: { from: number; to: number }): boolean {
  return node.getStart() >= from && node.end <= to;
}

function isTest(ts: Project["ts"], source: Source, statement: Node, name: string): boolean {
  return ts.isIfStatement(statement) && onlyAbout(statement.expression.getText(source.ast), name);
}

/** `!call`, `call === undefined`, `call?.type !== "tool_use"`, `!call || call.type !== "tool_use"`. */
function onlyAbout(condition: string, name: string): boolean {
  const rest = condition
    .replace(/["']tool_use["']|\b(?:undefined|null)\b/g, "")
    .replace(new RegExp(`\\b${name}\\b(?:\\??\\.type\\b)?`, "g"), "");
  return new RegExp(`\\b${name}\\b`).test(condition) && /^[\s!=|&()]*$/.test(rest);
}

function isAbsence(condition: string): boolean {
  return /!\s*\w|===?\s*(?:undefined|null)|!==?\s*["']tool_use/.test(
    condition.replace(/!==?\s*(?:undefined|null)/g, ""),
  );
}

/** A jump out of the body would now only leave the new loop. */
function jumps(ts: Project["ts"], statement: Node): boolean {
  const leaves = (node: Node): boolean => {
    if (ts.isFunctionLike(node) || ts.isIterationStatement(node, false)) return false;
    if (ts.isBreakStatement(node) && around(node, ts.isSwitchStatement) && within(node, statement))
      return false;
    if (ts.isBreakOrContinueStatement(node)) return true;
    return ts.forEachChild(node, leaves) ?? false;
  };
  return leaves(statement);
}

function mentions(source: Source, node: Node, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(node.getText(source.ast));
}
