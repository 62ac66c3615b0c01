import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import type { Node } from "../project.ts";
import { change, replacing, textOf } from "../shapes/change.ts";
import { functionAround } from "../shapes/scope.ts";
import { inStyle, lineAfter, replaced } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

/** Waits for a promise at once, or for all of a list one after the other instead of all at the same time. */
export const awaitEach: Mutation = {
  name: "await-each",
  weight: 5,
  rationale: "Work may overlap that must not, or its error may get lost.",
  changes(node, site) {
    const { ts } = site;
    if (!ts.isCallExpression(node) || !isAsync(site, node)) return [];
    if (isPromise(site, node) && !ts.isAwaitExpression(node.parent)) {
      const text = textOf(site, node);
      if (ts.isVoidExpression(node.parent)) return [replacing(site, node.parent, `await ${text}`, 1)];
      const inChain = ts.isPropertyAccessExpression(node.parent);
      return [replacing(site, node, inChain ? `(await ${text})` : `await ${text}`, 1), ...inTurn(site, node)];
    }
    return inTurn(site, node);
  },
};

function isPromise({ checker }: Site, node: Node): boolean {
  return checker.typeToString(checker.getTypeAtLocation(node)).startsWith("Promise<");
}

function isAsync({ ts }: Site, node: Node): boolean {
  const fn = functionAround(ts, node);
  return (
    fn !== undefined &&
    ts.canHaveModifiers(fn) &&
    (ts.getModifiers(fn) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
  );
}

/** `const all = await Promise.all(list.map((item) => f(item)));` becomes a loop that awaits each. */
function inTurn(site: Site, node: T.CallExpression): Change[] {
  const { ts, source, checker } = site;
  if (!/^Promise\.all(?:Settled)?$/.test(textOf(site, node.expression))) return [];
  const mapped = node.arguments[0];
  const declaration = ts.isAwaitExpression(node.parent) ? node.parent.parent : undefined;
  if (
    !mapped ||
    !ts.isCallExpression(mapped) ||
    !ts.isPropertyAccessExpression(mapped.expression) ||
    mapped.expression.name.text !== "map"
  )
    return [];
  const callback = mapped.arguments[0];
  if (!declaration || !ts.isVariableDeclaration(declaration) || !callback) return [];
  const item =
    ts.isArrowFunction(callback) && callback.parameters.length === 1 && !ts.isBlock(callback.body)
      ? callback
      : undefined;
  const name = item?.parameters[0] ? textOf(site, item.parameters[0].name) : "each";
  const body = item ? textOf(site, item.body).replace(/^await\s+/, "") : `${textOf(site, callback)}(${name})`;
  const held = textOf(site, declaration.name);
  const type = checker.typeToString(checker.getTypeAtLocation(declaration));
  const statement = declaration.parent.parent;
  const loop = inStyle(
    source,
    `for (const ${name} of ${textOf(site, mapped.expression.expression)}) ${held}.push(await ${body});`,
  );
  return [
    change(
      site,
      node,
      `Do ${quoted(body)} one after the other`,
      [replaced(source, declaration, `${held}: ${type} = []`), lineAfter(source, statement, loop)],
      1,
    ),
  ];
}
