import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import { each } from "../project.ts";
import { best, change, textOf } from "../shapes/change.ts";
import { likeness, quoted } from "../shapes/words.ts";

const MOST = 4;

/** Sets a field that the object may have: as other objects of the file do, or from what is at hand. */
export const addProperty: Mutation = {
  name: "add-property",
  weight: 6,
  rationale: "A field that other objects of this kind have may be missing here.",
  changes(node, site) {
    const { ts, checker, source } = site;
    if (!ts.isObjectLiteralExpression(node) || node.properties.length === 0) return [];
    const wanted = checker.getContextualType(node);
    const present = new Set(node.properties.map(({ name }) => name?.getText(source.ast)));
    const missing = wanted
      ? checker.getPropertiesOfType(wanted).filter(({ name }) => !present.has(name))
      : [];
    const added = missing.flatMap((property) => {
      const type = checker.getTypeOfSymbolAtLocation(property, node);
      return best(initialisers(site, node, property.name, type), MOST);
    });
    return [...added, ...best(copied(site, node, present), MOST)];
  },
};

function initialisers(site: Site, node: T.ObjectLiteralExpression, name: string, type: T.Type): Change[] {
  const { checker } = site;
  const inScope = site.scope.valuesAt(node).flatMap((value) => {
    if (!checker.isTypeAssignableTo(value.type, type)) return [];
    const fit = (value.unused ? 3 : 1) * (0.2 + (value.near ? 0.2 : 0) + 0.4 * likeness(value.text, name));
    return [adding(site, node, value.text === name ? name : `${name}: ${value.text}`, fit)];
  });
  const plain = ["true", "false", "undefined"].map((text) => adding(site, node, `${name}: ${text}`, 0.3));
  return [...inScope, ...plain];
}

/** Properties and spreads that other objects of the file have. */
function copied(
  site: Site,
  node: T.ObjectLiteralExpression,
  present: ReadonlySet<string | undefined>,
): Change[] {
  const { ts, source } = site;
  const own = textOf(site, node);
  const others = each(ts, source.ast, ts.isObjectLiteralExpression).filter((other) => other !== node);
  const parts = others.flatMap(({ properties }) =>
    properties.filter((property) =>
      property.name ? !present.has(property.name.getText(source.ast)) : !own.includes(textOf(site, property)),
    ),
  );
  const texts = new Set(parts.map((part) => textOf(site, part)).filter((text) => text.length <= 80));
  return [...texts].map((text) => adding(site, node, text, 0.2 + 0.4 * likeness(text, own)));
}

function adding(site: Site, node: T.ObjectLiteralExpression, text: string, fit: number): Change {
  const last = node.properties.at(-1) ?? node;
  return change(
    site,
    node,
    `Add ${quoted(text, 40)}`,
    [{ start: last.end, end: last.end, text: `, ${text}` }],
    fit,
  );
}
