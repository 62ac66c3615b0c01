import type { Variant } from "../operator.ts";
import { suspicionAt } from "../evidence.ts";
import type { Evidence } from "../evidence.ts";
import { around, each, freshName, linesOf, within } from "../project.ts";
import type { Node, Project, Source, Splice } from "../project.ts";
import { indentAt, newline, typeImports } from "./style.ts";

/** `for (const block of …) { … messages.push({ role: "user", content: [result] }) }`: the results belong together. */
export function messagePerResult(project: Project, source: Source, evidence: Evidence): Variant[] {
  const { ts } = project;
  return each(ts, source.ast, ts.isForOfStatement).flatMap((loop) => {
    const stored = each(ts, loop.statement, ts.isArrayLiteralExpression).flatMap((list) => {
      const result = list.elements[0];
      const store = around(list, ts.isExpressionStatement);
      const alone =
        list.elements.length === 1 && result && /\btool_use_id\b/.test(result.getText(source.ast));
      return alone && store && within(store, loop) && /\.push\(/.test(store.getText(source.ast))
        ? [{ list, result, store }]
        : [];
    });
    if (stored.length !== 1 || !stored[0]) return [];
    const { list, result, store } = stored[0];
    const results = freshName(source, "results");
    const indent = indentAt(source.text, loop.getStart(source.ast));
    const nl = newline(source.text);
    const semicolon = store.getText(source.ast).endsWith(";") ? ";" : "";
    const text = (node: Node): string => node.getText(source.ast);
    const message = text(store).replace(text(list), results);
    const start = loop.getStart(source.ast);
    const splices: Splice[] = [
      { start, end: start, text: `const ${results}: ToolResultBlock[] = []${semicolon}${nl}${indent}` },
      {
        start: store.getStart(source.ast),
        end: store.end,
        text: `${results}.push(${text(result)})${semicolon}`,
      },
      {
        start: loop.end,
        end: loop.end,
        text: `${nl}${indent}if (${results}.length > 0) ${dedented(message)}`,
      },
      ...typeImports(source, ["ToolResultBlock"]),
    ];
    const lines = linesOf(source, store);
    const fit = suspicionAt(evidence, source.path, lines.from, lines.to);
    return [
      {
        title: "Answer all calls of a reply in one message",
        splices: new Map([[source.path, splices]]),
        fit,
      },
    ];
  });
}

function dedented(code: string): string {
  return code
    .replace(/\s*\n\s*/g, " ")
    .replace(/,\s*([}\])])/g, " $1")
    .replace(/\(\s+/g, "(");
}
