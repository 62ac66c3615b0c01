import type { ts as T } from "ts-morph";
import type { Operator, Variant } from "./operator.ts";
import { suspicionAt } from "./evidence.ts";
import type { Evidence } from "./evidence.ts";
import { around, each, freshName, linesOf, within } from "./project.ts";
import type { Node, Project, Source, Splice } from "./project.ts";
import { deeper, indentAt, indentUnit, newline, typeImports } from "./style.ts";

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

// ---------------------------------------------------------------- only the first call is answered

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

interface Picked {
  /** Code for all calls. */
  readonly all: string;
  /** Changes in another place: the helper that picks the call. */
  readonly elsewhere: ReadonlyMap<string, readonly Splice[]>;
}

/** `content.find(isCall)`, `content.filter(isCall)[0]`, `content.at(-1)`, or a helper that returns one of these. */
function pickedCalls(
  project: Project,
  source: Source,
  declaration: T.VariableDeclaration,
): Picked | undefined {
  const { ts } = project;
  if (!declaration.initializer) return undefined;
  const direct = allOf(project, source, declaration.initializer, usesCall(project, source, declaration));
  if (direct !== undefined) return { all: direct, elsewhere: new Map() };
  const call = bare(ts, declaration.initializer);
  if (!ts.isCallExpression(call) || !ts.isIdentifier(call.expression)) return undefined;
  return throughHelper(project, source, call, call.expression.text);
}

/** Code that yields all where `node` yields one. */
function allOf(project: Project, source: Source, node: T.Expression, isCall: boolean): string | undefined {
  const { ts } = project;
  const text = (at: Node): string => at.getText(source.ast);
  const inner = bare(ts, node);
  const cast = ts.isAsExpression(unwrapped(ts, node)) ? castOf(ts, source, unwrapped(ts, node)) : "";
  const list = (code: string): string => (cast === "" ? code : `(${code} as ${cast}[])`);
  if (ts.isCallExpression(inner) && ts.isPropertyAccessExpression(inner.expression)) {
    const { expression, name } = inner.expression;
    const predicate = inner.arguments[0];
    if (
      (name.text === "find" || name.text === "findLast") &&
      predicate &&
      /tool_?use/i.test(predicateText(project, source, predicate))
    ) {
      return list(`${text(expression)}.filter(${text(predicate)})`);
    }
    if (name.text === "at" && isCall && /content$/.test(text(expression))) return blocksOf(text(expression));
  }
  if (ts.isElementAccessExpression(inner)) {
    if (/\.filter\(/.test(text(inner.expression)) && /tool_?use/i.test(text(inner.expression)))
      return list(text(inner.expression));
    if (isCall && /content$/.test(text(inner.expression))) return blocksOf(text(inner.expression));
  }
  return undefined;
}

function blocksOf(content: string): string {
  return `${content}.filter((block) => block.type === "tool_use")`;
}

/** The text of a predicate, or of the function that it names. */
function predicateText(project: Project, source: Source, predicate: T.Expression): string {
  const { ts } = project;
  const text = predicate.getText(source.ast);
  if (!ts.isIdentifier(predicate)) return text;
  const found = findFunction(project, predicate.text);
  return found ? `${text} ${found.fn.getText(found.source.ast)}` : text;
}

/** A helper whose only return is a pick: it returns all calls from now on, if nobody else uses it. */
function throughHelper(
  project: Project,
  source: Source,
  call: T.CallExpression,
  name: string,
): Picked | undefined {
  const { ts } = project;
  const found = findFunction(project, name);
  if (!found) return undefined;
  const uses = project.sources.reduce(
    (sum, { text }) => sum + (text.match(new RegExp(`\\b${name}\\(`, "g")) ?? []).length,
    0,
  );
  const declaredHere = ts.isFunctionDeclaration(found.fn) ? 1 : 0;
  if (uses - declaredHere !== 1) return undefined;
  const body = "body" in found.fn ? found.fn.body : undefined;
  if (!body) return undefined;
  const returned = ts.isBlock(body)
    ? each(ts, body, ts.isReturnStatement).filter((each) => around(each, ts.isFunctionLike) === found.fn)
    : [];
  const value = ts.isBlock(body)
    ? returned.length === 1
      ? returned[0]?.expression
      : undefined
    : (body as T.Expression);
  const all = value && allOf(project, found.source, value, true);
  if (!value || all === undefined) return undefined;
  const splices: Splice[] = [{ start: value.getStart(found.source.ast), end: value.end, text: all }];
  const type = found.fn.type;
  if (type) {
    const single = type.getText(found.source.ast).replace(/\s*\|\s*(?:undefined|null)\b/g, "");
    splices.push({ start: type.getStart(found.source.ast), end: type.end, text: `${single}[]` });
  }
  return { all: call.getText(source.ast), elsewhere: new Map([[found.source.path, splices]]) };
}

function findFunction(
  project: Project,
  name: string,
): { source: Source; fn: T.SignatureDeclaration } | undefined {
  const { ts } = project;
  for (const source of project.sources) {
    const fn = each(ts, source.ast, ts.isFunctionLike).find((each) => {
      const named = each.name ?? (ts.isVariableDeclaration(each.parent) ? each.parent.name : undefined);
      return named !== undefined && ts.isIdentifier(named) && named.text === name && "body" in each;
    });
    if (fn) return { source, fn };
  }
  return undefined;
}

/** The picked block is used as a call: its `tool_use` type is tested, or its name is read. */
function usesCall(_project: Project, source: Source, declaration: T.VariableDeclaration): boolean {
  const name = declaration.name.getText(source.ast);
  return new RegExp(`\\b${name}\\??\\.type\\s*[!=]==?\\s*["']tool_use`).test(source.text);
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
  readonly result: T.ObjectLiteralExpression;
}

/** The statement with `[{ type: "tool_result", tool_use_id: call.id, … }]`, in the block of the call or one inside it. */
function storedResult({ ts }: Project, source: Source, scope: Node, name: string): Stored | undefined {
  for (const list of each(ts, scope, ts.isArrayLiteralExpression)) {
    const result = list.elements[0];
    if (list.elements.length !== 1 || !result || !ts.isObjectLiteralExpression(result)) continue;
    const answers = result.properties.some(
      (property) => property.name?.getText(source.ast) === "tool_use_id" && mentions(source, property, name),
    );
    const store = answers
      ? around(list, (node): node is T.Statement => ts.isStatement(node) && !ts.isBlock(node))
      : undefined;
    if (store && ts.isBlock(store.parent)) return { block: store.parent, store, list, result };
  }
  return undefined;
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

// ---------------------------------------------------------------- one message for each result

/** `for (const block of …) { … messages.push({ role: "user", content: [result] }) }`: the results belong together. */
function messagePerResult(project: Project, source: Source, evidence: Evidence): Variant[] {
  const { ts } = project;
  return each(ts, source.ast, ts.isForOfStatement).flatMap((loop) => {
    const stored = each(ts, loop.statement, ts.isArrayLiteralExpression).flatMap((list) => {
      const result = list.elements[0];
      const store = around(list, ts.isExpressionStatement);
      const alone =
        list.elements.length === 1 && result && /\btool_use_id\b/.test(result.getText(source.ast));
      return alone && store && within(store, loop) && /\.push\(/.test(store.getText(source.ast))
        ? [{ list, result, store }]
        : [];
    });
    if (stored.length !== 1 || !stored[0]) return [];
    const { list, result, store } = stored[0];
    const results = freshName(source, "results");
    const indent = indentAt(source.text, loop.getStart(source.ast));
    const nl = newline(source.text);
    const semicolon = store.getText(source.ast).endsWith(";") ? ";" : "";
    const text = (node: Node): string => node.getText(source.ast);
    const message = text(store).replace(text(list), results);
    const start = loop.getStart(source.ast);
    const splices: Splice[] = [
      { start, end: start, text: `const ${results}: ToolResultBlock[] = []${semicolon}${nl}${indent}` },
      {
        start: store.getStart(source.ast),
        end: store.end,
        text: `${results}.push(${text(result)})${semicolon}`,
      },
      {
        start: loop.end,
        end: loop.end,
        text: `${nl}${indent}if (${results}.length > 0) ${dedented(message)}`,
      },
      ...typeImports(source, ["ToolResultBlock"]),
    ];
    const lines = linesOf(source, store);
    const fit = suspicionAt(evidence, source.path, lines.from, lines.to);
    return [
      {
        title: "Answer all calls of a reply in one message",
        splices: new Map([[source.path, splices]]),
        fit,
      },
    ];
  });
}

function dedented(code: string): string {
  return code
    .replace(/\s*\n\s*/g, " ")
    .replace(/,\s*([}\])])/g, " $1")
    .replace(/\(\s+/g, "(");
}

// ---------------------------------------------------------------- parentheses and casts

function unwrapped(ts: Project["ts"], node: T.Expression): T.Expression {
  return ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node)
    ? unwrapped(ts, node.expression)
    : node;
}

function bare(ts: Project["ts"], node: T.Expression): T.Expression {
  const inner = unwrapped(ts, node);
  return ts.isAsExpression(inner) ? bare(ts, inner.expression) : inner;
}

function castOf(ts: Project["ts"], source: Source, node: T.Expression): string {
  if (!ts.isAsExpression(node)) return "";
  return node.type.getText(source.ast).replace(/\s*\|\s*(?:undefined|null)\b/g, "");
}
