import type { ts as T } from "ts-morph";
import type { Mutation, Site } from "../mutation.ts";
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
    const { ts, checker, source } = site;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
      return node.arguments
        .filter((argument) => !ts.isSpreadElement(argument))
        .map((argument) => replacing(site, node, textOf(site, argument), 0.5));
    if (!isRead(site, node)) return [];
    const type = checker.getTypeAtLocation(node);
    const text = textOf(site, node);
    const changes = functionsOf(site).flatMap(({ name, from, to, unused }) => {
      if (
        !checker.isTypeAssignableTo(type, from) ||
        !checker.isTypeAssignableTo(to, checker.getBaseTypeOfLiteralType(type))
      )
        return [];
      const fit = Math.min(1, 0.3 + (unused ? 0.6 : 0) + 0.4 * likeness(name, text));
      return [
        change(
          site,
          node,
          `Send ${quoted(text)} through ${quoted(name)}`,
          [replaced(source, node, `${name}(${text})`)],
          fit,
        ),
      ];
    });
    return best(changes, MOST);
  },
};

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
    ts.isArrowFunction(parent) ||
    (ts.isPropertyAccessExpression(parent) && parent.expression === node)
  );
}
