import type { Mutation, Site } from "../mutation.ts";
import { each } from "../project.ts";
import type { Node } from "../project.ts";
import { best, change, textOf } from "../shapes/change.ts";
import { questionsAt } from "../shapes/conditions.ts";
import { functionAround } from "../shapes/scope.ts";
import { inStyle, leaves, lineAfter, lineBefore, listAround, neighbours } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

/** Questions and ways to leave that are tried at one place. */
const QUESTIONS = 5;
const EXITS = 3;
const MOST = 10;

/** Leaves before a statement when something at hand says so. */
export const addGuard: Mutation = {
  name: "add-guard",
  weight: 7,
  rationale: "The code may go on where something at hand says that it should not.",
  changes(node, site) {
    const { ts, source } = site;
    const list = ts.isStatement(node) && !ts.isBlock(node) ? listAround(ts, node) : undefined;
    if (list === undefined) return [];
    const last = neighbours(node, list).after === undefined && !leaves(ts, node);
    const ways = exitsOf(site, node);
    const found = questionsAt(site, node, textOf(site, node), QUESTIONS).flatMap(({ text, fit }) =>
      ways.flatMap((way) => {
        const code = `if (${text}) ${way}`;
        const what = `Leave when ${quoted(text, 40)}`;
        return [
          change(site, node, what, [lineBefore(source, node, code)], fit),
          ...(last ? [change(site, node, what, [lineAfter(source, node, code)], fit)] : []),
        ];
      }),
    );
    return best(found, MOST);
  },
};

/** As the function leaves elsewhere. */
function exitsOf({ ts, source }: Site, node: Node): string[] {
  const fn = functionAround(ts, node);
  if (fn === undefined) return [];
  const own = each(ts, fn, (at): at is Node => leaves(ts, at) && functionAround(ts, at) === fn);
  const texts = own.map((statement) => statement.getText(source.ast)).filter((text) => text.length <= 80);
  const short = [...new Set(texts)].toSorted((a, b) => a.length - b.length).slice(0, EXITS);
  return short.length > 0 ? short : [inStyle(source, "return;")];
}
