import type { Mutation } from "../mutation.ts";
import { change, textOf } from "../shapes/change.ts";
import { listAround, replaced, taken } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

/** Does less: a statement, a branch or an early end goes. */
export const dropStatement: Mutation = {
  name: "drop-statement",
  weight: 5,
  rationale: "The statement may be what does the harm.",
  changes(node, site) {
    const { ts, source } = site;
    if (
      !ts.isStatement(node) ||
      ts.isBlock(node) ||
      ts.isVariableStatement(node) ||
      ts.isDeclarationStatement(node)
    )
      return [];
    const text = textOf(site, node);
    if (ts.isIfStatement(node.parent) && node.parent.elseStatement === node) {
      const start = node.parent.thenStatement.end;
      return [
        change(
          site,
          node,
          `Drop what is done else: ${quoted(text)}`,
          [{ start, end: node.end, text: "" }],
          0.5,
        ),
      ];
    }
    if (ts.isIfStatement(node) && node.elseStatement) {
      const rest = textOf(site, node.elseStatement);
      return [
        change(
          site,
          node,
          `Drop the case ${quoted(textOf(site, node.expression))}`,
          [replaced(source, node, rest)],
          0.5,
        ),
      ];
    }
    if (listAround(ts, node) === undefined) return [];
    return [
      change(
        site,
        node,
        `Drop ${quoted(text, 40)}`,
        [taken(source, node)],
        ts.isReturnStatement(node) ? 0.4 : 1,
      ),
    ];
  },
};
