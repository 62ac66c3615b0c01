import type { ts as T } from "ts-morph";
import type { Mutation, Site } from "../mutation.ts";
import { each } from "../project.ts";
import type { Node } from "../project.ts";
import { best, change } from "../shapes/change.ts";
import { oncePer } from "../shapes/once.ts";
import { functionAround } from "../shapes/scope.ts";
import { inStyle, leaves, lineAfter, lineBefore, listAround, neighbours } from "../shapes/statements.ts";
import { likeness, quoted } from "../shapes/words.ts";

/** Ways to call one function at one place. */
const MOST = 3;

/** Calls what the file imports or declares, and never calls. */
export const callUnused: Mutation = {
  name: "call-unused",
  weight: 6,
  rationale: "The function is there, and nothing calls it.",
  changes(node, site) {
    const { ts, source } = site;
    const list = ts.isStatement(node) && !ts.isBlock(node) ? listAround(ts, node) : undefined;
    if (list === undefined) return [];
    const last = neighbours(node, list).after === undefined && !leaves(ts, node);
    return uncalled(site).flatMap(({ name, signature }) =>
      best(
        callsOf(site, name, signature, node).flatMap(({ code, fit }) => {
          const text = inStyle(source, `${code};`);
          const what = `Call ${quoted(code, 36)}`;
          return [
            change(site, node, what, [lineBefore(source, node, text)], fit),
            ...(last ? [change(site, node, what, [lineAfter(source, node, text)], fit)] : []),
          ];
        }),
        MOST,
      ),
    );
  },
};

interface Uncalled {
  readonly name: string;
  readonly signature: T.Signature;
}

const uncalled = oncePer(({ ts, checker, source }: Site): readonly Uncalled[] => {
  const words = each(ts, source.ast, ts.isIdentifier);
  const names = [
    ...each(ts, source.ast, ts.isFunctionDeclaration).flatMap(({ name, modifiers }) =>
      name && !modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ? [name] : [],
    ),
    ...each(ts, source.ast, ts.isImportSpecifier).map(({ name }) => name),
  ];
  return names.flatMap((name): Uncalled[] => {
    const [signature] = checker.getTypeAtLocation(name).getCallSignatures();
    const isUsed = words.some((word) => word !== name && word.text === name.text);
    return signature && !isUsed ? [{ name: name.text, signature }] : [];
  });
});

/** Arguments are what is at hand, of the type that each parameter asks for. */
function callsOf(
  site: Site,
  name: string,
  signature: T.Signature,
  node: Node,
): { readonly code: string; readonly fit: number }[] {
  const { ts, checker } = site;
  const parameters = signature
    .getParameters()
    .filter(
      ({ valueDeclaration: at }) => !(at && ts.isParameter(at) && (at.initializer ?? at.questionToken)),
    );
  let calls = [{ given: [] as readonly string[], fit: 1 }];
  for (const parameter of parameters) {
    const type = checker.getTypeOfSymbolAtLocation(parameter, node);
    const options = site.scope
      .valuesAt(node)
      .filter((value) => checker.isTypeAssignableTo(value.type, type))
      .map((value) => ({
        text: value.text,
        fit: 0.3 + (value.near ? 0.3 : 0) + 0.4 * likeness(value.text, parameter.name),
      }))
      .toSorted((a, b) => b.fit - a.fit)
      .slice(0, MOST);
    calls = calls.flatMap(({ given, fit }) =>
      options.map((option) => ({ given: [...given, option.text], fit: fit * option.fit })),
    );
  }
  const returned = checker.typeToString(signature.getReturnType());
  const fn = functionAround(ts, node);
  const waits =
    returned.startsWith("Promise") && fn !== undefined && /^(?:export\s+)?async\b/.test(fn.getText());
  return calls.map(({ given, fit }) => ({
    code: `${waits ? "await " : ""}${name}(${given.join(", ")})`,
    fit,
  }));
}
