import type { Mutation } from "../mutation.ts";
import { change, textOf } from "../shapes/change.ts";
import { replaced } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

const FLAGS = ["g", "i", "m", "s"];

/** Looks for a pattern everywhere, in any case, at each line, at a word's edge, or no longer so. */
export const changeRegex: Mutation = {
  name: "change-regex",
  weight: 5,
  rationale: "The pattern may match too much or too little.",
  changes(node, site) {
    const { ts, source } = site;
    if (node.kind !== ts.SyntaxKind.RegularExpressionLiteral) return [];
    const text = textOf(site, node);
    const end = text.lastIndexOf("/");
    const pattern = text.slice(1, end);
    const flags = text.slice(end + 1);
    const to = (what: string, body: string, marks: string, fit: number) =>
      change(site, node, what, [replaced(source, node, `/${body}/${marks}`)], fit);
    const flagged = FLAGS.map((flag) =>
      flags.includes(flag)
        ? to(`Drop the flag ${quoted(flag)}`, pattern, flags.replace(flag, ""), 0.8)
        : to(
            `Add the flag ${quoted(flag)}`,
            pattern,
            [...flags, flag].toSorted().join(""),
            flag === "s" ? 0.3 : 0.8,
          ),
    );
    return [
      ...flagged,
      ...bodies(pattern).map(([body, fit]) => to(`Match ${quoted(body, 36)}`, body, flags, fit)),
    ];
  },
};

function bodies(pattern: string): [string, number][] {
  const simple = !pattern.includes("|");
  const anchored: [string, number][] = [
    [pattern.startsWith("^") ? pattern.slice(1) : simple ? `^${pattern}` : `^(?:${pattern})`, 0.5],
    [pattern.endsWith("$") ? pattern.slice(0, -1) : simple ? `${pattern}$` : `(?:${pattern})$`, 0.4],
  ];
  const edges: [string, number][] = [
    [
      pattern.startsWith("\\b") ? pattern.slice(2) : simple ? `\\b${pattern}\\b` : `\\b(?:${pattern})\\b`,
      0.3,
    ],
  ];
  const repeated = [...pattern.matchAll(/(?<!\\)([*+?])(?!\?)/g)]
    .slice(0, 6)
    .flatMap(({ index, 1: sign }): [string, number][] => {
      const others = { "*": ["+"], "+": ["*", ""], "?": [""] }[sign ?? ""] ?? [];
      return others.map((other) => [pattern.slice(0, index) + other + pattern.slice(index + 1), 0.4]);
    });
  return [...anchored, ...edges, ...repeated];
}
