import type { Mutation, Site } from "../mutation.ts";
import { each } from "../project.ts";
import type { Node } from "../project.ts";
import { best, change } from "../shapes/change.ts";
import { oncePer } from "../shapes/once.ts";
import { inStyle, leaves, lineAfter, lineBefore, listAround, neighbours } from "../shapes/statements.ts";
import { likeness, quoted } from "../shapes/words.ts";

const MOST = 6;

/** Takes note of what the harness asks for and nothing ever tells it: a set without `add`, a figure that never changes. */
export const keepState: Mutation = {
  name: "keep-state",
  weight: 6,
  rationale: "State is asked for that nothing keeps.",
  changes(node, site) {
    const { ts, source } = site;
    const list = ts.isStatement(node) && !ts.isBlock(node) ? listAround(ts, node) : undefined;
    if (list === undefined) return [];
    const last = neighbours(node, list).after === undefined && !leaves(ts, node);
    const found = [...remembered(site, node), ...counted(site, node)].flatMap(({ code, fit }) => {
      const text = inStyle(source, `${code};`);
      const what = `Keep ${quoted(code, 40)}`;
      return [
        change(site, node, what, [lineBefore(source, node, text)], fit),
        ...(last ? [change(site, node, what, [lineAfter(source, node, text)], fit)] : []),
      ];
    });
    return best(found, MOST);
  },
};

interface Kept {
  readonly code: string;
  readonly fit: number;
}

/** `seen.has(x)` is asked, and nothing is ever put in. */
function remembered(site: Site, node: Node): Kept[] {
  const values = site.scope.valuesAt(node);
  return values.flatMap(({ text, type }): Kept[] => {
    const name = text.split(".").at(-1) ?? "";
    if (type.symbol?.name !== "Set" || factsOf(site).filled.has(name)) return [];
    const fitting = values.filter((value) => value.near && value.text !== text && /^\w+$/.test(value.text));
    return fitting.map((value) => ({
      code: `${text}.add(${value.text})`,
      fit: 0.5 + 0.5 * likeness(value.text, name),
    }));
  });
}

/** A figure that may change, and never does. */
function counted(site: Site, node: Node): Kept[] {
  const { ts } = site;
  const values = site.scope.valuesAt(node);
  const numbers = values.filter(
    ({ type, near, text }) => near && (type.flags & ts.TypeFlags.NumberLike) !== 0 && /^[\w$.]+$/.test(text),
  );
  return values.flatMap(({ text, type }): Kept[] => {
    const fields = type.isUnion() || (type.flags & ts.TypeFlags.Object) === 0 ? [] : type.getProperties();
    return fields
      .filter(({ name }) => factsOf(site).idle.has(name))
      .flatMap(({ name }) => [
        { code: `${text}.${name} += 1`, fit: 0.8 },
        { code: `${text}.${name} -= 1`, fit: 0.6 },
        ...numbers.flatMap((number) =>
          ["-", "+"].map((sign) => ({ code: `${text}.${name} ${sign}= ${number.text}`, fit: 0.5 })),
        ),
      ]);
  });
}

interface Facts {
  /** Names of collections that something is put into. */
  readonly filled: ReadonlySet<string>;
  /** Fields of type number that are not read-only and that nothing assigns. */
  readonly idle: ReadonlySet<string>;
}

const factsOf = oncePer(({ ts, sources }: Site): Facts => {
  const filled = new Set<string>();
  const idle = new Set<string>();
  const assigned = new Set<string>();
  for (const { ast, text } of sources) {
    for (const { 1: name } of text.matchAll(/(\w+)\.(?:add|set)\(/g)) filled.add(name ?? "");
    for (const { 1: name } of text.matchAll(/\.(\w+)\s*(?:[-+*/]?=(?!=)|\+\+|--)/g)) assigned.add(name ?? "");
    for (const field of each(ts, ast, ts.isPropertySignature)) {
      const fixed = field.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) ?? false;
      if (!fixed && field.type?.kind === ts.SyntaxKind.NumberKeyword) idle.add(field.name.getText(ast));
    }
  }
  return { filled, idle: idle.difference(assigned) };
});
