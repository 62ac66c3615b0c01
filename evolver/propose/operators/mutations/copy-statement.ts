import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import { each } from "../project.ts";
import type { Node } from "../project.ts";
import { best, change, textOf } from "../shapes/change.ts";
import { oncePer } from "../shapes/once.ts";
import { blockAround, functionAround } from "../shapes/scope.ts";
import { leaves, lineAfter, lineBefore, listAround, neighbours } from "../shapes/statements.ts";
import type { StatementList } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

/** Statements that are copied to one place, and how long they may be. */
const MOST = 8;
const LONGEST = 240;

/** Does here what the file does elsewhere: a call, an assignment, a guard that leaves early. */
export const copyStatement: Mutation = {
  name: "copy-statement",
  weight: 13,
  rationale: "What is done in other places may be missing here.",
  changes(node, site) {
    const { ts } = site;
    const list = ts.isStatement(node) && !ts.isBlock(node) ? listAround(ts, node) : undefined;
    if (!ts.isStatement(node) || list === undefined) return [];
    const present = new Set(list.statements.map((statement) => textOf(site, statement)));
    const found = models(site).filter(
      ({ statement, text }) => !present.has(text) && reaches(site, statement, node),
    );
    const last = neighbours(node, list).after === undefined && !leaves(ts, node);
    return best(
      found.flatMap((model) => placed(site, node, list, model, last)),
      MOST,
    );
  },
};

function placed(
  site: Site,
  node: T.Statement,
  list: StatementList,
  { statement, text }: Model,
  last: boolean,
): Change[] {
  const { ts, source } = site;
  const home = functionAround(ts, statement);
  const sibling = listAround(ts, statement)?.parent === list.parent;
  const fit = home !== functionAround(ts, node) ? 0.5 : sibling ? 1 : 0.7;
  const what = (where: string) => `Copy ${quoted(text, 34)} ${where}`;
  return [
    change(
      site,
      node,
      what(`above ${quoted(textOf(site, node), 12)}`),
      [lineBefore(source, node, text)],
      fit,
    ),
    ...(last && !leaves(ts, statement)
      ? [change(site, node, what("to the end"), [lineAfter(source, node, text)], fit)]
      : []),
  ];
}

interface Model {
  readonly statement: T.Statement;
  readonly text: string;
}

/** Statements of the file that do something or leave early, each text once. */
const models = oncePer((site: Site): readonly Model[] => {
  const { ts, source } = site;
  const found = each(
    ts,
    source.ast,
    (node): node is T.Statement => ts.isExpressionStatement(node) || isGuard(site, node),
  ).map((statement) => ({
    statement,
    text: textOf(site, statement),
  }));
  return found.filter(({ text }) => text.length <= LONGEST);
});

/** `if (…) return …;` and its like. */
function isGuard({ ts }: Site, node: Node): node is T.IfStatement {
  if (!ts.isIfStatement(node) || node.elseStatement) return false;
  const { thenStatement } = node;
  return (
    leaves(ts, thenStatement) ||
    (ts.isBlock(thenStatement) && thenStatement.statements.some((inner) => leaves(ts, inner)))
  );
}

/** All names of the statement mean something of the same type at the place. */
function reaches(site: Site, statement: T.Statement, place: Node): boolean {
  const { ts } = site;
  const names = namesAt(site, place);
  return (
    freeNames(site, statement).every(([name, type]) => names.get(name) === type) &&
    blockAround(ts, statement) !== blockAround(ts, place)
  );
}

const free = new WeakMap<Node, readonly [string, T.Type][]>();

function freeNames({ ts, checker, source }: Site, statement: T.Statement): readonly [string, T.Type][] {
  const known = free.get(statement);
  if (known) return known;
  const found = each(ts, statement, ts.isIdentifier).flatMap((name): [string, T.Type][] => {
    if (ts.isPropertyAccessExpression(name.parent) && name.parent.name === name) return [];
    if (ts.isPropertyAssignment(name.parent) && name.parent.name === name) return [];
    const symbol = ts.isShorthandPropertyAssignment(name.parent)
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name);
    const declaration = symbol?.declarations?.[0];
    const outside =
      declaration?.getSourceFile() === source.ast &&
      (declaration.pos < statement.pos || declaration.end > statement.end);
    return symbol && outside ? [[name.text, checker.getTypeOfSymbolAtLocation(symbol, statement)]] : [];
  });
  free.set(statement, found);
  return found;
}

const visible = new WeakMap<Node, ReadonlyMap<string, T.Type>>();

function namesAt({ ts, checker, source }: Site, place: Node): ReadonlyMap<string, T.Type> {
  const block = blockAround(ts, place);
  const known = visible.get(block);
  if (known) return known;
  const symbols = checker.getSymbolsInScope(block, ts.SymbolFlags.Value | ts.SymbolFlags.Alias);
  const own = symbols.filter(({ declarations }) => declarations?.[0]?.getSourceFile() === source.ast);
  const found = new Map(own.map((symbol) => [symbol.name, checker.getTypeOfSymbolAtLocation(symbol, block)]));
  visible.set(block, found);
  return found;
}
