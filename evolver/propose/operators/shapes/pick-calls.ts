/** Recognises code that takes one tool call out of a reply, and gives the code that takes all of them. */
import type { ts as T } from "ts-morph";
import { around, each } from "../project.ts";
import type { Node, Project, Source, Splice } from "../project.ts";

export interface Picked {
  /** Code for all calls. */
  readonly all: string;
  /** Changes in another place: the helper that picks the call. */
  readonly elsewhere: ReadonlyMap<string, readonly Splice[]>;
}

/** `content.find(isCall)`, `content.filter(isCall)[0]`, `content.at(-1)`, or a helper that returns one of these. */
export function pickedCalls(
  project: Project,
  source: Source,
  declaration: T.VariableDeclaration,
): Picked | undefined {
  const { ts } = project;
  if (!declaration.initializer) return undefined;
  const direct = allOf(project, source, declaration.initializer, usesCall(source, declaration));
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
    if (name.text === "at" && isCall && text(expression).endsWith("content"))
      return blocksOf(text(expression));
  }
  if (ts.isElementAccessExpression(inner)) {
    if (/\.filter\(/.test(text(inner.expression)) && /tool_?use/i.test(text(inner.expression)))
      return list(text(inner.expression));
    if (isCall && text(inner.expression).endsWith("content")) return blocksOf(text(inner.expression));
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
  const value = ts.isBlock(body) ? (returned.length === 1 ? returned[0]?.expression : undefined) : body;
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
function usesCall(source: Source, declaration: T.VariableDeclaration): boolean {
  const name = declaration.name.getText(source.ast);
  return new RegExp(`\\b${name}\\??\\.type\\s*[!=]==?\\s*["']tool_use`).test(source.text);
}

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
