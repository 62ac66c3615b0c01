import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import { each } from "../project.ts";
import type { Node } from "../project.ts";
import { best, change, replacing, textOf } from "../shapes/change.ts";
import { functionAround } from "../shapes/scope.ts";
import { inStyle, leaves, lineAfter, listAround, neighbours, replaced } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

const MOST = 8;

/** Leaves early, leaves no longer, or leaves with another answer: `return`, `continue`, `break`. */
export const changeExit: Mutation = {
  name: "change-exit",
  weight: 7,
  rationale: "The code may go on where it should stop, or stop where it should go on.",
  changes(node, site) {
    const { ts, source } = site;
    if (!ts.isStatement(node) || ts.isBlock(node)) return [];
    if (leaves(ts, node)) {
      const others = exits(site, node).filter((text) => text !== textOf(site, node));
      return best(
        others.map((text) => replacing(site, node, text, 0.6)),
        MOST,
      );
    }
    const inList = listAround(ts, node);
    const last =
      inList !== undefined &&
      inList.parent !== functionAround(ts, node) &&
      neighbours(node, inList).after === undefined;
    const added = last
      ? exits(site, node).map((text) =>
          change(site, node, `Leave with ${quoted(text)}`, [lineAfter(source, node, text)], 0.7),
        )
      : [];
    return [...returned(site, node), ...best(added, MOST)];
  },
};

/** `f(x);` becomes `return f(x);`, and a value that is not awaited is. */
function returned(site: Site, node: T.Statement): Change[] {
  const { ts, source } = site;
  if (!ts.isExpressionStatement(node) || functionAround(ts, node) === undefined) return [];
  const text = textOf(site, node);
  return [change(site, node, `Return ${quoted(text)}`, [replaced(source, node, `return ${text}`)], 0.5)];
}

/** Ways to leave here: those of the function, and what loops allow. */
function exits(site: Site, node: Node): string[] {
  const { ts, source } = site;
  const fn = functionAround(ts, node);
  if (fn === undefined) return [];
  const own = each(ts, fn, ts.isReturnStatement).filter((statement) => functionAround(ts, statement) === fn);
  const plain = ["return;", "return undefined;", ...(inLoop(ts, node) ? ["continue;", "break;"] : [])].map(
    (code) => inStyle(source, code),
  );
  return [
    ...new Set([
      ...plain,
      ...own.map((statement) => textOf(site, statement)).filter((text) => text.length <= 100),
    ]),
  ];
}

function inLoop(ts: Site["ts"], node: Node): boolean {
  for (let at = node.parent; at && !ts.isFunctionLike(at); at = at.parent)
    if (ts.isIterationStatement(at, false)) return true;
  return false;
}
