import type { ts as T } from "ts-morph";
import type { Mutation, Site } from "../mutation.ts";
import { each } from "../project.ts";
import { best, change, textOf } from "../shapes/change.ts";
import { oncePer } from "../shapes/once.ts";
import { replaced } from "../shapes/statements.ts";
import { likeness, quoted } from "../shapes/words.ts";

const MOST = 8;

/** Says another word: a member of the union that is asked for, or a word that the harness says elsewhere. */
export const swapLiteral: Mutation = {
  name: "swap-literal",
  weight: 8,
  rationale: "The word may be spelt otherwise, or another one may be meant.",
  changes(node, site) {
    const { ts, source } = site;
    if (!ts.isStringLiteral(node) || ts.isImportDeclaration(node.parent) || ts.isLiteralTypeNode(node.parent))
      return [];
    const members = membersAt(site, node);
    const words = members.length > 0 ? members : wordsOf(site);
    const changes = words
      .filter((word) => word !== node.text)
      .map((word) => {
        const quote = textOf(site, node).slice(0, 1);
        const what = `Say ${quoted(word)} instead of ${quoted(node.text)}`;
        const fit = members.length > 0 ? 0.5 + 0.5 * likeness(word, node.text) : likeness(word, node.text);
        return change(site, node, what, [replaced(source, node, quote + word + quote)], fit);
      })
      .filter(({ fit }) => fit > 0);
    return best(changes, MOST);
  },
};

/** What the type at this place allows: of a parameter or field, of the other side of a comparison, of a `switch`. */
function membersAt({ ts, checker }: Site, node: T.StringLiteral): string[] {
  const { parent } = node;
  const other = ts.isBinaryExpression(parent)
    ? parent.left === node
      ? parent.right
      : parent.left
    : undefined;
  const asked = ts.isCaseClause(parent) ? parent.parent.parent.expression : other;
  // Behind a test the type of what is compared is narrower than what could be asked.
  const declared =
    asked && checker.getSymbolAtLocation(ts.isPropertyAccessExpression(asked) ? asked.name : asked);
  const type = declared
    ? checker.getTypeOfSymbol(declared)
    : asked
      ? checker.getTypeAtLocation(asked)
      : checker.getContextualType(node);
  if (!type?.isUnion()) return [];
  return type.types.flatMap((member) => (member.isStringLiteral() ? [member.value] : []));
}

const LONGEST = 40;

/** Short words that any file of the harness says. */
const wordsOf = oncePer(({ ts, sources }: Site): readonly string[] => {
  const words = sources.flatMap(({ ast }) =>
    each(ts, ast, ts.isStringLiteral)
      .filter((literal) => !ts.isImportDeclaration(literal.parent))
      .map(({ text }) => text),
  );
  return [...new Set(words)].filter((word) => word.length <= LONGEST && !/["'\\\n]/.test(word));
});
