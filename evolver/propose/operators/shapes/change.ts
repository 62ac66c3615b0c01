/** Builds the changes that mutations give back. */
import type { Change, Site } from "../mutation.ts";
import type { Node, Splice } from "../project.ts";
import { replaced } from "./statements.ts";
import { quoted, titled } from "./words.ts";

/** @param what the title without its place: `Drop a condition` */
export function change(
  { ts, source }: Site,
  node: Node,
  what: string,
  splices: readonly Splice[],
  fit: number,
): Change {
  return { title: titled(ts, source, node, what), splices, fit };
}

export function replacing(site: Site, node: Node, text: string, fit: number): Change {
  const what = `Use ${quoted(text)} instead of ${quoted(textOf(site, node))}`;
  return change(site, node, what, [replaced(site.source, node, text)], fit);
}

export function textOf({ source }: Site, node: Node): string {
  return node.getText(source.ast);
}

/** The best `most` of them. */
export function best(changes: readonly Change[], most: number): Change[] {
  return changes.toSorted((a, b) => b.fit - a.fit).slice(0, most);
}
