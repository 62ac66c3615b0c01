import type { Mutation } from "../mutation.ts";
import { change, textOf } from "../shapes/change.ts";
import { numberText } from "../shapes/constants.ts";
import { replaced } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

/** Another number, or the other truth value. */
export const changeConstant: Mutation = {
  name: "change-constant",
  weight: 6,
  rationale: "The value may be off by one, by a unit, or by a factor.",
  changes(node, site) {
    const { ts, source } = site;
    const to = (text: string, fit: number) =>
      change(
        site,
        node,
        `Change ${quoted(textOf(site, node))} to ${quoted(text)}`,
        [replaced(source, node, text)],
        fit,
      );
    if (ts.isLiteralTypeNode(node.parent)) return [];
    if (node.kind === ts.SyntaxKind.TrueKeyword) return [to("false", 1)];
    if (node.kind === ts.SyntaxKind.FalseKeyword) return [to("true", 1)];
    if (!ts.isNumericLiteral(node)) return [];
    const written = textOf(site, node);
    const value = Number(written.replaceAll("_", ""));
    return others(value).map(([other, fit]) => to(numberText(other, written), fit));
  },
};

/** Powers of ten and two: what units and sizes differ by. */
const FACTORS = [2, 4, 10, 100, 1000];

function others(value: number): [number, number][] {
  if (value === 0)
    return [
      [1, 1],
      [-1, 0.5],
      [2, 0.4],
      [3, 0.4],
      [10, 0.3],
    ];
  if (!Number.isInteger(value)) return fractions(value);
  const near: [number, number][] = [
    [value - 1, 1],
    [value + 1, 1],
  ];
  const scaled = FACTORS.flatMap((factor): [number, number][] => {
    const smaller = value / factor;
    return [
      [value * factor, 0.7],
      ...(Number.isInteger(smaller) && smaller > 0 ? ([[smaller, 0.5]] satisfies [number, number][]) : []),
    ];
  });
  const zero: [number, number][] =
    value === 1
      ? []
      : [
          [0, 0.4],
          [1, 0.3],
        ];
  const found = new Map([...zero, ...scaled, ...near]);
  found.delete(value);
  return [...found].filter(([other]) => value <= 1 || other >= 0);
}

function fractions(value: number): [number, number][] {
  const exact = (number: number) => Number(number.toPrecision(6));
  const found = new Map<number, number>([
    [exact(value * 2), 0.8],
    [exact(value / 2), 0.8],
    [exact(1 - value), 0.6],
    [exact(value * 4), 0.5],
    [exact(value * 10), 0.5],
    [exact(value / 10), 0.5],
    [1, 0.5],
  ]);
  found.delete(value);
  return [...found];
}
