import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import { each } from "../project.ts";
import type { Node } from "../project.ts";
import { best, change } from "../shapes/change.ts";
import { oncePer } from "../shapes/once.ts";
import { inStyle, leaves, lineAfter, lineBefore, listAround, neighbours } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

/** Resets that are tried at one place. */
const MOST = 6;

/** Puts a counter, a flag or a list back to what it began with. */
export const resetState: Mutation = {
  name: "reset-state",
  weight: 14,
  rationale: "State of earlier work may last into work that has nothing to do with it.",
  changes(node, site) {
    const { ts, source } = site;
    const list = ts.isStatement(node) && !ts.isBlock(node) ? listAround(ts, node) : undefined;
    if (list === undefined) return [];
    const last = neighbours(node, list).after === undefined && !leaves(ts, node);
    const found = resetsAt(site, node).flatMap(({ code, fit }): Change[] => {
      const text = inStyle(source, `${code};`);
      const what = `Reset ${quoted(code, 40)}`;
      return [
        change(site, node, what, [lineBefore(source, node, text)], fit),
        ...(last ? [change(site, node, what, [lineAfter(source, node, text)], fit)] : []),
      ];
    });
    return best(found, MOST);
  },
};

interface Reset {
  readonly code: string;
  readonly fit: number;
}

/** State that can be named at the place: `let` variables, and fields of what is in scope. */
function resetsAt(site: Site, node: Node): Reset[] {
  const { ts, sources } = site;
  const initials = initialValues(site);
  return site.scope.valuesAt(node).flatMap(({ text, type, near, declaration }): Reset[] => {
    if (!/^[\w$.]+$/.test(text)) return [];
    const values = declaration && isVariable(ts, declaration) ? [...(initials.get(text) ?? [])] : [];
    const own = values.map((value) => ({ code: `${text} = ${value}`, fit: near ? 1 : 0.5 }));
    if (type.isUnion() || (type.flags & ts.TypeFlags.Object) === 0) return own;
    if (near && /^(?:Set|Map)$/.test(type.symbol?.name ?? "")) return [{ code: `${text}.clear()`, fit: 0.4 }];
    const fields = type.getProperties().flatMap(({ name, declarations }) => {
      const state = initials.get(`.${name}`);
      const declared = declarations?.[0]?.getSourceFile();
      if (!state || !sources.some(({ ast }) => ast === declared)) return [];
      return [...state].map((value) => ({ code: `${text}.${name} = ${value}`, fit: near ? 0.9 : 0.6 }));
    });
    return [...own, ...fields];
  });
}

/** Declared by `let`, and not the counter of a loop. */
function isVariable(ts: Site["ts"], declaration: Node): boolean {
  const list = declaration.parent;
  return (
    ts.isVariableDeclarationList(list) &&
    (list.flags & ts.NodeFlags.Let) !== 0 &&
    !ts.isForStatement(list.parent)
  );
}

/**
 * What state begins with, and is set to, as literals: by name of a variable, or of a field after a dot. Only what changes
 * at all is state.
 */
const initialValues = oncePer(({ ts, sources }: Site): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  const changed = new Set<string>();
  for (const { ast } of sources) {
    const add = (name: string, value: Node | undefined): void => {
      const text = value?.getText(ast) ?? "";
      if (!INITIAL.test(text)) return;
      found.set(name, (found.get(name) ?? new Set()).add(text));
    };
    const visit = (node: Node): void => {
      if (ts.isVariableDeclaration(node) && (node.parent.flags & ts.NodeFlags.Let) !== 0)
        add(node.name.getText(ast), node.initializer);
      if (ts.isPropertyAssignment(node)) add(`.${node.name.getText(ast)}`, node.initializer);
      const target = assigned(ts, node);
      if (target)
        changed.add(ts.isPropertyAccessExpression(target) ? `.${target.name.text}` : target.getText(ast));
      if (ts.isBinaryExpression(node) && target && node.operatorToken.kind === ts.SyntaxKind.EqualsToken)
        add(ts.isPropertyAccessExpression(target) ? `.${target.name.text}` : target.getText(ast), node.right);
      ts.forEachChild(node, visit);
    };
    visit(ast);
    // A field that the harness may change says so by not being read-only.
    for (const field of each(ts, ast, ts.isPropertySignature))
      if (!field.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword))
        changed.add(`.${field.name.getText(ast)}`);
  }
  return new Map([...found].filter(([name]) => changed.has(name)));
});

const INITIAL = /^(?:0|-?1|false|true|undefined|null|""|''|\[\]|\{\}|new (?:Set|Map)\(\))$/;

function assigned(ts: Site["ts"], node: Node): T.Expression | undefined {
  if (ts.isBinaryExpression(node) && /^[-+*/?&|]*=$/.test(node.operatorToken.getText())) return node.left;
  if (!ts.isPostfixUnaryExpression(node) && !ts.isPrefixUnaryExpression(node)) return undefined;
  return /\+\+|--/.test(node.getText()) ? node.operand : undefined;
}
