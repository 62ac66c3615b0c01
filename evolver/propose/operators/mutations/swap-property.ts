import type { ts as T } from "ts-morph";
import type { Mutation, Site } from "../mutation.ts";
import type { Node } from "../project.ts";
import { best, change, replacing, textOf } from "../shapes/change.ts";
import { replaced } from "../shapes/statements.ts";
import { likeness, quoted } from "../shapes/words.ts";

const MOST = 6;

/** Reads or writes another field of the same object. */
export const swapProperty: Mutation = {
  name: "swap-property",
  weight: 10,
  rationale: "A neighbouring field of the object may be meant.",
  changes(node, site) {
    const { ts, checker, source } = site;
    if (ts.isPropertyAccessExpression(node)) {
      const from = textOf(site, node.expression);
      const dot = node.questionDotToken ? "?." : ".";
      const changes = siblings(site, checker.getTypeAtLocation(node.expression), node.name.text, node).map(
        ([name, fit]) => replacing(site, node, `${from}${dot}${name}`, fit),
      );
      return best(changes, MOST);
    }
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) && ts.isIdentifier(node.name)) {
      const { text } = node.name;
      const key = node.propertyName ? textOf(site, node.propertyName) : text;
      const changes = siblings(site, checker.getTypeAtLocation(node.parent), key, node).map(([name, fit]) => {
        const rest = node.initializer ? ` = ${textOf(site, node.initializer)}` : "";
        const what = `Take ${quoted(name)} instead of ${quoted(key)}`;
        return change(site, node, what, [replaced(source, node, `${name}: ${text}${rest}`)], fit);
      });
      return best(changes, MOST);
    }
    return ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)
      ? renamed(site, node, node.name.text)
      : [];
  },
};

/** Fields with a type that will do, and how natural each is. */
function siblings({ ts, checker }: Site, owner: T.Type, name: string, node: Node): [string, number][] {
  const properties = checker.getPropertiesOfType(checker.getNonNullableType(owner));
  const current = properties.find((property) => property.name === name);
  if (properties.length > 40) return [];
  // Code that reads a field which does not exist takes any that does.
  const type = current && checker.getTypeOfSymbolAtLocation(current, node);
  return properties.flatMap((property): [string, number][] => {
    if (property.name === name || !/^[A-Za-z_$][\w$]*$/.test(property.name)) return [];
    const other = checker.getTypeOfSymbolAtLocation(property, node);
    const callable = (at: T.Type) => at.getCallSignatures().length > 0;
    if (type && callable(other) !== callable(type)) return [];
    const close =
      type === undefined ||
      checker.isTypeAssignableTo(other, type) ||
      checker.isTypeAssignableTo(type, other) ||
      sameBase(ts, type, other);
    return close ? [[property.name, 0.3 + 0.7 * likeness(property.name, name)]] : [];
  });
}

function sameBase(ts: Site["ts"], a: T.Type, b: T.Type): boolean {
  const kinds = ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike;
  return (a.flags & b.flags & kinds) !== 0;
}

/** `{ old: value }` becomes `{ name: value }` for a field that the object may have and does not. */
function renamed(site: Site, node: T.PropertyAssignment, old: string) {
  const { checker, source } = site;
  const literal = node.parent;
  const wanted = checker.getContextualType(literal);
  if (wanted === undefined) return [];
  const present = new Set(literal.properties.map((property) => property.name?.getText(source.ast)));
  const changes = checker
    .getPropertiesOfType(wanted)
    .filter(({ name }) => !present.has(name) && /^[A-Za-z_$][\w$]*$/.test(name))
    .map(({ name }) =>
      change(
        site,
        node,
        `Set ${quoted(name)} instead of ${quoted(old)}`,
        [replaced(source, node.name, name)],
        0.2 + 0.8 * likeness(name, old),
      ),
    );
  return best(changes, MOST);
}
