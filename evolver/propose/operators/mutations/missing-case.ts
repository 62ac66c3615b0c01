import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import type { Node } from "../project.ts";
import { best, change, textOf } from "../shapes/change.ts";
import { lineAfter, lineBefore } from "../shapes/statements.ts";
import { likeness, quoted } from "../shapes/words.ts";

const MOST = 10;

/** Answers a member of a union that nothing answers yet, or answers one as another is answered. */
export const missingCase: Mutation = {
  name: "missing-case",
  weight: 6,
  rationale: "One of the kinds that can occur may be dealt with as if it were another, or not at all.",
  changes(node, site) {
    const { ts } = site;
    if (ts.isCaseBlock(node)) return best([...added(site, node), ...moved(site, node)], MOST);
    if (ts.isArrayLiteralExpression(node)) return best(entries(site, node), MOST);
    return [];
  },
};

/** A label for a member without one: before each clause. */
function added(site: Site, block: T.CaseBlock): Change[] {
  const labels = new Set(
    block.clauses.flatMap((clause) =>
      site.ts.isCaseClause(clause) ? [textOf(site, clause.expression)] : [],
    ),
  );
  return membersOf(site, block)
    .filter((member) => !labels.has(member))
    .flatMap((member) =>
      block.clauses.map((clause) =>
        change(
          site,
          block,
          `Answer ${quoted(member)} as ${quoted(head(site, clause))}`,
          [lineBefore(site.source, clause, `case ${member}:`)],
          1,
        ),
      ),
    );
}

/** A label that stands before another clause from now on. */
function moved(site: Site, block: T.CaseBlock): Change[] {
  const { ts, source } = site;
  const clauses = block.clauses.filter(ts.isCaseClause);
  return clauses.flatMap((clause) =>
    block.clauses
      .filter((other) => other !== clause && other.statements.length > 0)
      .flatMap((other) => {
        const label = `case ${textOf(site, clause.expression)}:`;
        const start = clause.getStart(source.ast);
        // A clause with a body keeps it only for other labels before it: else the body goes, too.
        const { end } = clause;
        const lineStart = source.text.lastIndexOf("\n", start - 1) + 1;
        const gone = { start: lineStart, end: source.text.indexOf("\n", end) + 1, text: "" };
        const what = `Answer ${quoted(textOf(site, clause.expression))} as ${quoted(head(site, other))}`;
        return [change(site, block, what, [gone, lineBefore(source, other, label)], 0.4)];
      }),
  );
}

function head(site: Site, clause: T.CaseOrDefaultClause): string {
  return site.ts.isCaseClause(clause) ? textOf(site, clause.expression) : "default";
}

function membersOf({ checker }: Site, block: T.CaseBlock): string[] {
  const type = checker.getTypeAtLocation(block.parent.expression);
  const members = type.isUnion() ? type.types : [type];
  return members.flatMap((member) => (member.isStringLiteral() ? [JSON.stringify(member.value)] : []));
}

/** A list of words, or of pairs that begin with one: an entry for a member of the union that has none. */
function entries(site: Site, list: T.ArrayLiteralExpression): Change[] {
  const { ts, checker, source } = site;
  const model = list.elements.at(-1);
  if (!model || list.elements.length < 2) return [];
  const words = list.elements.map((element) => wordOf(site, element));
  if (words.some((word) => word === undefined)) return [];
  const known = new Set(words);
  const isPair = ts.isArrayLiteralExpression(model);
  const element = checker.getContextualType(isPair ? (model.elements[0] ?? model) : model);
  const members = element?.isUnion()
    ? element.types.flatMap((member) => (member.isStringLiteral() ? [member.value] : []))
    : allMembers(site, known);
  const values = isPair ? new Set(list.elements.map((pair) => restOf(site, pair))) : new Set([""]);
  return members
    .filter((member) => !known.has(member))
    .flatMap((member) =>
      [...values].map((value) => {
        const text = isPair ? `[${JSON.stringify(member)}, ${value}]` : JSON.stringify(member);
        const fit = 0.3 + 0.7 * Math.max(...words.map((word) => likeness(word ?? "", member)));
        const splice = isPair
          ? lineAfter(source, model, text)
          : { start: model.end, end: model.end, text: `, ${text}` };
        const comma = isPair ? { ...splice, text: `,${splice.text}` } : splice;
        return change(site, list, `Add ${quoted(text, 40)}`, [comma], fit);
      }),
    );
}

function wordOf({ ts }: Site, element: Node): string | undefined {
  if (ts.isStringLiteral(element)) return element.text;
  const first = ts.isArrayLiteralExpression(element) ? element.elements[0] : undefined;
  return first && ts.isStringLiteral(first) ? first.text : undefined;
}

function restOf(site: Site, pair: Node): string {
  return site.ts.isArrayLiteralExpression(pair)
    ? pair.elements
        .slice(1)
        .map((at) => textOf(site, at))
        .join(", ")
    : "";
}

/** Unions of the protocol and of the harness that the words come from. */
function allMembers({ ts, checker, sources }: Site, words: ReadonlySet<string | undefined>): string[] {
  const found = new Set<string>();
  for (const { ast } of sources)
    for (const statement of ast.statements) {
      if (!ts.isImportDeclaration(statement)) continue;
      const named = statement.importClause?.namedBindings;
      for (const { name } of named && ts.isNamedImports(named) ? named.elements : []) {
        for (const property of checker.getTypeAtLocation(name).getProperties()) {
          const type = checker.getNonNullableType(checker.getTypeOfSymbol(property));
          const members = type.isUnion()
            ? type.types.flatMap((member) => (member.isStringLiteral() ? [member.value] : []))
            : [];
          if (members.filter((member) => words.has(member)).length >= 2)
            members.forEach((member) => found.add(member));
        }
      }
    }
  return [...found];
}
