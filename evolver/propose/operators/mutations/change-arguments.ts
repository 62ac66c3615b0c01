import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import { each } from "../project.ts";
import { best, change, textOf } from "../shapes/change.ts";
import { oncePer } from "../shapes/once.ts";
import { replaced } from "../shapes/statements.ts";
import { likeness, quoted } from "../shapes/words.ts";

const MOST = 5;

/** Hands over one argument more, one less, or two the other way round. */
export const changeArguments: Mutation = {
  name: "change-arguments",
  weight: 7,
  rationale: "An argument that may be left out may be needed, or two may be mixed up.",
  changes(node, site) {
    if (!site.ts.isCallExpression(node)) return [];
    return [...swapped(site, node), ...dropped(site, node), ...best(added(site, node), MOST)];
  },
};

function swapped(site: Site, node: T.CallExpression): Change[] {
  return node.arguments.slice(1).flatMap((second, index) => {
    const first = node.arguments[index];
    if (!first || textOf(site, first) === textOf(site, second)) return [];
    const splices = [
      replaced(site.source, first, textOf(site, second)),
      replaced(site.source, second, textOf(site, first)),
    ];
    return [
      change(
        site,
        node,
        `Swap ${quoted(textOf(site, first))} and ${quoted(textOf(site, second))}`,
        splices,
        0.5,
      ),
    ];
  });
}

function dropped(site: Site, node: T.CallExpression): Change[] {
  const last = node.arguments.at(-1);
  if (!last) return [];
  const start = node.arguments.at(-2)?.end ?? last.getStart(site.source.ast);
  return [
    change(site, node, `Leave out ${quoted(textOf(site, last))}`, [{ start, end: last.end, text: "" }], 0.4),
  ];
}

function added(site: Site, node: T.CallExpression): Change[] {
  const { checker } = site;
  const signature = checker.getResolvedSignature(node);
  const parameter = signature?.getParameters()[node.arguments.length];
  if (!parameter) return [];
  const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(parameter, node));
  const end = node.arguments.at(-1)?.end ?? node.end - 1;
  const given = (text: string, fit: number) => {
    const splice = { start: end, end, text: node.arguments.length > 0 ? `, ${text}` : text };
    return change(site, node, `Hand over ${quoted(text)} too`, [splice], fit);
  };
  const values = site.scope
    .valuesAt(node)
    .filter((value) => checker.isTypeAssignableTo(value.type, type))
    .map((value) =>
      given(
        value.text,
        (value.unused ? 3 : 1) * (0.2 + (value.near ? 0.2 : 0) + 0.4 * likeness(value.text, parameter.name)),
      ),
    );
  return [...values, ...elsewhere(site, node).map((text) => given(text, 0.8))];
}

/** What other calls of the same function hand over there. */
function elsewhere(site: Site, node: T.CallExpression): string[] {
  const calls = callsOf(site).get(textOf(site, node.expression)) ?? [];
  return [
    ...new Set(calls.flatMap((given) => given.slice(node.arguments.length, node.arguments.length + 1))),
  ];
}

/** Arguments of all calls in the harness, by what is called. */
const callsOf = oncePer(({ ts, sources }: Site): ReadonlyMap<string, readonly (readonly string[])[]> => {
  const calls = sources.flatMap(({ ast }) =>
    each(ts, ast, ts.isCallExpression).map((call) => ({
      callee: call.expression.getText(ast),
      given: call.arguments.map((argument) => argument.getText(ast)),
    })),
  );
  const byCallee = Map.groupBy(calls, ({ callee }) => callee);
  return new Map([...byCallee].map(([callee, group]) => [callee, group.map(({ given }) => given)]));
});
