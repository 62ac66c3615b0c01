import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import { each } from "../project.ts";
import type { Node } from "../project.ts";
import { best, change, replacing, textOf } from "../shapes/change.ts";
import { oncePer } from "../shapes/once.ts";
import { replaced } from "../shapes/statements.ts";
import { likeness, quoted } from "../shapes/words.ts";

const MOST = 5;

/** Sends a value through a function of the harness that gives back its like, or no longer does. */
export const wrapCall: Mutation = {
  name: "wrap-call",
  weight: 7,
  rationale: "A step that other values go through may be missing here, or be one too many.",
  changes(node, site) {
    const { ts, checker } = site;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
      return node.arguments
        .filter((argument) => !ts.isSpreadElement(argument))
        .map((argument) => replacing(site, node, textOf(site, argument), 0.5));
    if (!isRead(site, node)) return [];
    const type = checker.getTypeAtLocation(node);
    const text = textOf(site, node);
    const through = functionsOf(site).flatMap((step) => sent(site, node, type, step));
    const alike = templatesOf(site).flatMap(({ before, after, of: taken, gives }) => {
      if (
        text.includes(before) ||
        !checker.isTypeAssignableTo(type, taken) ||
        !checker.isTypeAssignableTo(gives, taken)
      )
        return [];
      return [replacing(site, node, before + text + after, 0.3 + 0.4 * likeness(before, text))];
    });
    return [...best(through, MOST), ...best(alike, MOST)];
  },
};

/** The value, or each of a list of them. */
function sent(site: Site, node: Node, type: T.Type, { name, from, to, unused }: Step): Change[] {
  const { checker, source } = site;
  const text = textOf(site, node);
  const fit = (0.3 + 0.4 * likeness(name, text)) * (unused ? 3 : 1);
  const what = `Send ${quoted(text)} through ${quoted(name)}`;
  if (
    checker.isTypeAssignableTo(type, from) &&
    checker.isTypeAssignableTo(to, checker.getBaseTypeOfLiteralType(type))
  )
    return [change(site, node, what, [replaced(source, node, `${name}(${text})`)], fit)];
  const item = unused && checker.isArrayType(type) ? checker.getIndexInfosOfType(type)[0]?.type : undefined;
  if (!item || !checker.isTypeAssignableTo(item, from)) return [];
  return ["map", "filter"].map((method) =>
    change(site, node, what, [replaced(source, node, `${text}.${method}(${name})`)], fit),
  );
}

/** A call of the file around its first argument, with a field of its result: `truncate(…, LIMITS).text`. */
interface Template {
  readonly before: string;
  readonly after: string;
  readonly of: T.Type;
  readonly gives: T.Type;
}

const templatesOf = oncePer((site: Site): readonly Template[] => {
  const { ts, checker, source } = site;
  const found = each(ts, source.ast, ts.isCallExpression).flatMap((call): [string, Template][] => {
    const [first, ...rest] = call.arguments;
    const { parent } = call;
    const whole =
      ts.isPropertyAccessExpression(parent) &&
      !(ts.isCallExpression(parent.parent) && parent.parent.expression === parent)
        ? parent
        : call;
    if (!first || !ts.isIdentifier(call.expression) || (rest.length === 0 && whole === call)) return [];
    const before = source.text.slice(whole.getStart(source.ast), first.getStart(source.ast));
    const after = source.text.slice(first.end, whole.end);
    const of = checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(first));
    return after.length > 60
      ? []
      : [[before + after, { before, after, of, gives: checker.getTypeAtLocation(whole) }]];
  });
  return [...new Map(found).values()];
});

interface Step {
  readonly name: string;
  readonly from: T.Type;
  readonly to: T.Type;
  /** Nothing in the file calls it. */
  readonly unused: boolean;
}

/** Functions of one parameter that the file declares or imports. */
const functionsOf = oncePer((site: Site): readonly Step[] => {
  const { ts, checker, source } = site;
  const names = [
    ...each(ts, source.ast, ts.isFunctionDeclaration).flatMap(({ name }) => (name ? [name] : [])),
    ...each(ts, source.ast, ts.isImportSpecifier).flatMap((specifier) =>
      specifier.isTypeOnly || specifier.parent.parent.isTypeOnly ? [] : [specifier.name],
    ),
  ];
  return names.flatMap((name): Step[] => {
    if (!ts.isIdentifier(name)) return [];
    const [signature] = checker.getTypeAtLocation(name).getCallSignatures();
    const [parameter, second] = signature?.getParameters() ?? [];
    if (!signature || !parameter || (second && !isOptional(site, second))) return [];
    const unused =
      each(ts, source.ast, ts.isIdentifier).filter(({ text }) => text === name.text).length === 1;
    return [
      {
        name: name.text,
        from: checker.getTypeOfSymbolAtLocation(parameter, name),
        to: signature.getReturnType(),
        unused,
      },
    ];
  });
});

function isOptional({ ts }: Site, parameter: T.Symbol): boolean {
  const declaration = parameter.valueDeclaration;
  return (
    declaration !== undefined &&
    ts.isParameter(declaration) &&
    (declaration.initializer !== undefined || declaration.questionToken !== undefined)
  );
}

function isRead({ ts }: Site, node: Node): boolean {
  const { parent } = node;
  if (
    parent === undefined ||
    !(ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isCallExpression(node))
  )
    return false;
  if (ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent)) return parent.initializer === node;
  if (ts.isBinaryExpression(parent))
    return parent.right === node || !parent.operatorToken.getText().endsWith("=");
  return (
    (ts.isCallExpression(parent) && parent.expression !== node) ||
    ts.isReturnStatement(parent) ||
    ts.isTemplateSpan(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isArrowFunction(parent) ||
    (ts.isPropertyAccessExpression(parent) && parent.expression === node)
  );
}
