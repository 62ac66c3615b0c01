import type { ts as T } from "ts-morph";
import type { Operator, Variant } from "../operator.ts";
import { samePath } from "../evidence.ts";
import type { Evidence } from "../evidence.ts";
import { each } from "../project.ts";
import type { Node, Project, Source, Splice } from "../project.ts";

/** Gives an absent value a default at the place where the stack trace says that it was missing. */
export const guardUndefined: Operator = {
  name: "guard-undefined",
  appliesTo: (evidence) =>
    evidence.stacks.some(({ message }) => absent(message)) ? (evidence.weights.get("harness-error") ?? 0) : 0,
  transform: (project, evidence) =>
    evidence.stacks.flatMap(({ message, frames }) => {
      const missing = absent(message);
      if (!missing) return [];
      // The innermost frame threw; the next one out is where a bad argument may come from.
      return frames
        .slice(0, 1)
        .flatMap((frame) =>
          project.sources
            .filter((source) => samePath(source.path, frame.file))
            .flatMap((source) => guards(project, source, frame.line, missing)),
        );
    }),
  rationale: (evidence: Evidence) =>
    `${evidence.hypothesis("harness-error")?.evidence ?? "A value was missing"}: the value may be absent, so the code has to say what then.`,
};

type Missing =
  | { readonly kind: "reading"; readonly property: string }
  | { readonly kind: "iterating" }
  | { readonly kind: "calling" };

function absent(message: string): Missing | undefined {
  const property =
    /Cannot (?:read|set) propert(?:y|ies) of (?:undefined|null) \((?:reading|setting) '([^']+)'\)/.exec(
      message,
    )?.[1];
  if (property !== undefined) return { kind: "reading", property };
  if (/is not iterable|Spread syntax requires/.test(message)) return { kind: "iterating" };
  if (/is not a function/.test(message)) return { kind: "calling" };
  return undefined;
}

function guards(project: Project, source: Source, line: number, missing: Missing): Variant[] {
  const { ts } = project;
  const onLine = (node: Node): boolean => {
    const at = (position: number): number => source.ast.getLineAndCharacterOfPosition(position).line + 1;
    return at(node.getStart(source.ast)) <= line && at(node.end) >= line;
  };
  const change = (title: string, splices: Splice[], fit: number): Variant => ({
    title,
    splices: new Map([[source.path, splices]]),
    fit,
  });
  switch (missing.kind) {
    case "reading":
      return each(ts, source.ast, isAccess(ts))
        .filter((node) => onLine(node) && accessed(ts, node) === missing.property && !node.questionDotToken)
        .flatMap((node) =>
          reading(project, source, node, missing.property).map(([splices, fit]) =>
            change(`Guard against a missing value before .${missing.property}`, splices, fit),
          ),
        );
    case "iterating":
      return iterated(project, source)
        .filter(onLine)
        .map((node) =>
          change("Treat a missing list as empty", [around(source, node, (text) => `${text} ?? []`)], 1),
        );
    case "calling":
      return each(ts, source.ast, ts.isCallExpression)
        .filter((call) => onLine(call) && !call.questionDotToken)
        .map((call) =>
          change(
            "Call only what exists",
            [{ start: call.expression.end, end: call.expression.end, text: "?." }],
            0.6,
          ),
        );
    default:
      return missing satisfies never;
  }
}

/** The default that fits what is done with the value; optional chaining where nothing is known. */
function reading(
  project: Project,
  source: Source,
  node: T.PropertyAccessExpression | T.ElementAccessExpression,
  property: string,
): [Splice[], number][] {
  const { ts } = project;
  const chained: Splice = ts.isPropertyAccessExpression(node)
    ? { start: node.name.getStart(source.ast) - 1, end: node.name.getStart(source.ast) - 1, text: "?" }
    : { start: node.expression.end, end: node.expression.end, text: "?." };
  const withDefault = (value: string): [Splice[], number] => [
    [around(source, node.expression, (text) => `(${text} ?? ${value})`)],
    1,
  ];
  if (STRING_METHODS.has(property)) return [withDefault('""'), [[chained], 0.7]];
  if (LIST_METHODS.has(property)) return [withDefault("[]"), [[chained], 0.7]];
  if (property === "length") return [withDefault("[]"), withDefault('""'), [[chained], 0.5]];
  const end = outermost(ts, node);
  const closed = (value: string): Splice[] => [
    { start: end.getStart(source.ast), end: end.getStart(source.ast), text: "(" },
    chained,
    { start: end.end, end: end.end, text: ` ?? ${value})` },
  ];
  return [
    [[chained], 1],
    [closed('""'), 0.9],
    [closed("[]"), 0.6],
  ];
}

/** The whole chain `a.b.c()` that begins at this access: optional chaining covers all of it. */
function outermost(ts: Project["ts"], node: T.Expression): T.Expression {
  const parent = node.parent;
  const goesOn =
    (ts.isPropertyAccessExpression(parent) ||
      ts.isElementAccessExpression(parent) ||
      ts.isCallExpression(parent)) &&
    parent.expression === node;
  return goesOn ? outermost(ts, parent) : node;
}

function iterated({ ts }: Project, source: Source): T.Expression[] {
  return [
    ...each(ts, source.ast, ts.isForOfStatement).map((node) => node.expression),
    ...each(ts, source.ast, ts.isSpreadElement).map((node) => node.expression),
  ];
}

function around(source: Source, node: Node, wrap: (text: string) => string): Splice {
  return { start: node.getStart(source.ast), end: node.end, text: wrap(node.getText(source.ast)) };
}

function isAccess(ts: Project["ts"]) {
  return (node: Node): node is T.PropertyAccessExpression | T.ElementAccessExpression =>
    ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

function accessed(ts: Project["ts"], node: T.PropertyAccessExpression | T.ElementAccessExpression): string {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  const key = node.argumentExpression;
  return ts.isStringLiteralLike(key) || ts.isNumericLiteral(key) ? key.text : "";
}

const STRING_METHODS = new Set([
  "trim",
  "trimEnd",
  "split",
  "toLowerCase",
  "toUpperCase",
  "startsWith",
  "endsWith",
  "replace",
  "replaceAll",
  "match",
  "matchAll",
  "substring",
  "padStart",
  "charAt",
  "slice",
]);
const LIST_METHODS = new Set([
  "map",
  "filter",
  "find",
  "forEach",
  "join",
  "some",
  "every",
  "reduce",
  "flatMap",
  "push",
  "entries",
]);
