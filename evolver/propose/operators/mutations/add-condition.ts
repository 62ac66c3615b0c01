import type { Mutation } from "../mutation.ts";
import { change, textOf } from "../shapes/change.ts";
import { isCondition, isLogical, operand, questionsAt } from "../shapes/conditions.ts";
import { listAround, replaced } from "../shapes/statements.ts";
import { quoted } from "../shapes/words.ts";

/** New questions at one place. */
const MOST = 12;

/** Asks more: a flag or a comparison that is at hand joins a condition, or stands before a statement. */
export const addCondition: Mutation = {
  name: "add-condition",
  weight: 14,
  rationale: "The code may do something also where it should not.",
  changes(node, site) {
    const { ts, source } = site;
    if (isCondition(site, node) && !isLogical(site, node.parent)) {
      const old = textOf(site, node);
      return questionsAt(site, node, old, MOST).flatMap(({ text, fit }) =>
        ["&&", "||"].map((sign) => {
          // What does something is asked last: whether it happens is what is in question.
          const joined = old.includes("(")
            ? `${operand(text)} ${sign} ${operand(old)}`
            : `${operand(old)} ${sign} ${operand(text)}`;
          const what = `Ask for ${quoted(`${sign} ${text}`, 40)}`;
          return change(
            site,
            node,
            what,
            [replaced(source, node, inPlace(site, node, joined))],
            sign === "&&" ? fit : fit * 0.8,
          );
        }),
      );
    }
    if (!ts.isExpressionStatement(node) || listAround(ts, node) === undefined) return [];
    const old = textOf(site, node);
    return questionsAt(site, node, old, MOST).map(({ text, fit }) =>
      change(
        site,
        node,
        `Ask for ${quoted(text)} before ${quoted(old)}`,
        [replaced(source, node, `if (${text}) ${old}`)],
        fit * 0.5,
      ),
    );
  },
};

/** In brackets where something else would take a part of it. */
function inPlace(
  { ts }: Parameters<Mutation["changes"]>[1],
  node: Parameters<Mutation["changes"]>[0],
  text: string,
): string {
  const { parent } = node;
  return ts.isBinaryExpression(parent) || ts.isPrefixUnaryExpression(parent) || ts.isSpreadElement(parent)
    ? `(${text})`
    : text;
}
