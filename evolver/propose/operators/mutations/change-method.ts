import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import { change, replacing, textOf } from "../shapes/change.ts";
import { negated } from "../shapes/conditions.ts";
import { replaced } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

/** Methods that are taken for one another. */
const FAMILIES: readonly (readonly string[])[] = [
  ["find", "findLast"],
  ["findIndex", "findLastIndex"],
  ["indexOf", "lastIndexOf"],
  ["some", "every"],
  ["startsWith", "includes", "endsWith"],
  ["push", "unshift"],
  ["pop", "shift"],
  ["padStart", "padEnd"],
  ["trim", "trimEnd", "trimStart"],
  ["toLowerCase", "toUpperCase"],
  ["replace", "replaceAll"],
  ["map", "flatMap", "filter"],
  ["add", "delete"],
  ["has", "delete"],
  ["keys", "values", "entries"],
  ["union", "intersection", "difference"],
];
/** Methods that give back what they were called on, in another form: one may be missing, or one too many. */
const SHAPING: ReadonlySet<string> = new Set([
  "trim",
  "trimEnd",
  "trimStart",
  "toLowerCase",
  "toUpperCase",
  "toSorted",
  "toReversed",
  "filter",
  "flat",
  "slice",
  "concat",
  "normalize",
  "toWellFormed",
]);
const FOR_TEXT = ["trim", "toLowerCase"];

/** Calls a neighbouring method, drops one, or turns round what a callback answers. */
export const changeMethod: Mutation = {
  name: "change-method",
  weight: 7,
  rationale: "Another method of the same family may be meant.",
  changes(node, site) {
    const { ts } = site;
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression))
      return [...ofMethod(site, node, node.expression), ...ofCallback(site, node, node.expression.name.text)];
    return isText(site, node)
      ? FOR_TEXT.map((name) =>
          replacing(site, node, `${textOf(site, node)}.${name}()`, name === "trim" ? 0.5 : 0.3),
        )
      : [];
  },
};

function ofMethod(site: Site, node: T.CallExpression, callee: T.PropertyAccessExpression): Change[] {
  const { text } = callee.name;
  const others = FAMILIES.filter((family) => family.includes(text)).flatMap((family) =>
    family.filter((name) => name !== text),
  );
  const swaps = others.map((name) =>
    change(
      site,
      node,
      `Call ${quoted(name)} instead of ${quoted(text)}`,
      [replaced(site.source, callee.name, name)],
      1,
    ),
  );
  return SHAPING.has(text) ? [...swaps, replacing(site, node, textOf(site, callee.expression), 0.6)] : swaps;
}

function ofCallback(site: Site, node: T.CallExpression, method: string): Change[] {
  const { ts, source } = site;
  const callback = node.arguments[0];
  if (!callback || !ts.isArrowFunction(callback)) return [];
  if (/^(?:toSorted|sort)$/.test(method)) {
    const [a, b] = callback.parameters;
    if (!a || !b) return [];
    const splices = [replaced(source, a, textOf(site, b)), replaced(source, b, textOf(site, a))];
    return [change(site, node, "Turn the order of sorting round", splices, 1)];
  }
  if (
    !/^(?:filter|find|findLast|findIndex|findLastIndex|some|every)$/.test(method) ||
    ts.isBlock(callback.body)
  )
    return [];
  return [
    change(
      site,
      node,
      `Turn round what ${quoted(method)} looks for`,
      [replaced(source, callback.body, negated(site, callback.body))],
      0.7,
    ),
  ];
}

/** A text that is handed on. */
function isText({ ts, checker }: Site, node: Parameters<Mutation["changes"]>[0]): boolean {
  if (!ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node)) return false;
  const { parent } = node;
  const read =
    (ts.isCallExpression(parent) && parent.expression !== node) ||
    ts.isReturnStatement(parent) ||
    ts.isBinaryExpression(parent) ||
    ts.isTemplateSpan(parent);
  return read && (checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike) !== 0;
}
