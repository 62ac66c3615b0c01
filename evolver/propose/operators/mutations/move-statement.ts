import type { ts as T } from "ts-morph";
import type { Change, Mutation, Site } from "../mutation.ts";
import type { Splice } from "../project.ts";
import { change, textOf } from "../shapes/change.ts";
import {
  leaves,
  lineAfter,
  lineAtTop,
  lineBefore,
  listAround,
  neighbours,
  taken,
} from "../shapes/statements.ts";
import type { StatementList } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

/** Does things in another order: before or after the next one, inside or outside of a branch or loop. */
export const moveStatement: Mutation = {
  name: "move-statement",
  weight: 15,
  rationale: "The order may be wrong: something is done too early, too late, or not always.",
  changes(node, site) {
    const { ts } = site;
    const list = ts.isStatement(node) && !ts.isBlock(node) ? listAround(ts, node) : undefined;
    if (!ts.isStatement(node) || list === undefined || leaves(ts, node)) return [];
    return [...within(site, node, list), ...inward(site, node, list), ...outward(site, node, list)];
  },
};

function moved(site: Site, node: T.Statement, where: string, to: Splice | undefined, fit: number): Change[] {
  if (!to) return [];
  const what = `Move ${quoted(textOf(site, node))} ${where}`;
  return [change(site, node, what, [taken(site.source, node), to], fit)];
}

/** Up to three places down or up. */
function within(site: Site, node: T.Statement, { statements }: StatementList): Change[] {
  const { ts, source } = site;
  const index = statements.indexOf(node);
  const code = textOf(site, node);
  return [1, 2, 3].flatMap((distance) => {
    const fit = distance === 1 ? 1 : 0.4;
    const below = statements[index + distance];
    const above = statements[index - distance];
    const down =
      below && !leaves(ts, below)
        ? moved(site, node, `below ${quoted(textOf(site, below), 16)}`, lineAfter(source, below, code), fit)
        : [];
    // Next to each other, up is what down is for the other one.
    const up =
      above && distance > 1
        ? moved(site, node, `above ${quoted(textOf(site, above), 16)}`, lineBefore(source, above, code), fit)
        : [];
    return [...down, ...up];
  });
}

/** To the end of a block before, or to the beginning of a block after. */
function inward(site: Site, node: T.Statement, list: StatementList): Change[] {
  const { source } = site;
  const code = textOf(site, node);
  const { before, after } = neighbours(node, list);
  const intoEnd = blocksOf(site, before).flatMap((block) => {
    const last = block.statements.at(-1);
    if (!last) return [];
    const to = leaves(site.ts, last) ? lineBefore(source, last, code) : lineAfter(source, last, code);
    return moved(site, node, "to the end of the block before", to, 0.6);
  });
  const intoTop = blocksOf(site, after).flatMap((block) =>
    moved(site, node, "to the top of the block after", lineAtTop(source, block, code), 0.6),
  );
  return [...intoEnd, ...intoTop];
}

/** Out of its block: before the statement that has it, or after. */
function outward(site: Site, node: T.Statement, { parent }: StatementList): Change[] {
  const { ts, source } = site;
  if (!ts.isStatement(parent) || listAround(ts, parent) === undefined) return [];
  const code = textOf(site, node);
  return [
    ...moved(site, node, "before its block", lineBefore(source, parent, code), 0.6),
    ...moved(site, node, "behind its block", lineAfter(source, parent, code), 0.6),
  ];
}

function blocksOf({ ts }: Site, statement: T.Statement | undefined): T.Block[] {
  if (!statement) return [];
  if (ts.isIfStatement(statement))
    return [statement.thenStatement, ...(statement.elseStatement ? [statement.elseStatement] : [])].filter(
      ts.isBlock,
    );
  if (ts.isIterationStatement(statement, false)) return [statement.statement].filter(ts.isBlock);
  if (ts.isTryStatement(statement))
    return [statement.tryBlock, ...(statement.finallyBlock ? [statement.finallyBlock] : [])];
  return [];
}
