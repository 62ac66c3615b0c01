/** Names as people read them: how alike two are, and how a change is told in one line. */
import { jaccard } from "../../../jaccard.ts";
import type { Node, Source, Ts } from "../project.ts";
import { functionAround } from "./scope.ts";

/** 0 to 1: the share of words that two expressions have in common (`retryAfterMs` and `retry_after_ms` are alike). */
export function likeness(a: string, b: string): number {
  return jaccard(wordsOf(a), wordsOf(b));
}

function wordsOf(text: string): Set<string> {
  const words = text.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
  return new Set(
    words
      .split(/[^a-z\d]+/)
      .map((word) => word.replace(/ies$/, "y").replace(/(?<=[a-z]{2})s$/, ""))
      .filter((word) => word !== ""),
  );
}

/** `Use `a` instead of `b` in nextMove`, short enough for a commit subject. */
export function titled(ts: Ts, source: Source, node: Node, what: string): string {
  const where = ` in ${placeOf(ts, source, node)}`;
  return what.length + where.length <= LONGEST ? what + where : clipped(what, LONGEST);
}

/** Code on one line, in quotes, with its middle left out when it is long. */
export function quoted(code: string, most = 24): string {
  return `\`${clipped(code.replace(/\s+/g, " ").replaceAll("`", "'"), most)}\``;
}

const LONGEST = 72;

function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function placeOf(ts: Ts, source: Source, node: Node): string {
  for (let fn = functionAround(ts, node); fn; fn = functionAround(ts, fn)) {
    const name = fn.name ?? (ts.isVariableDeclaration(fn.parent) ? fn.parent.name : undefined);
    if (name && ts.isIdentifier(name)) return name.text;
  }
  return source.path.split("/").at(-1) ?? source.path;
}
