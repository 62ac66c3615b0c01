import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { each } from "../project.ts";
import type { Node, Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt, withAll } from "../shapes/variants.ts";
import { styled } from "../shapes/style.ts";
import { skippedCalls } from "../../../analyse/transcript.ts";

const KINDS: Kinds = {
  "early-stop": 0.9,
  "empty-reply": 0.4,
  "invalid-request": 0.4,
  "broken-pairing": 0.4,
  "wrong-result": 0.3,
  "gave-up": 0.1,
};

/** Looks at the calls of a reply where the harness believes its reason for stopping, which some servers get wrong. */
export const callsFirst: Operator = {
  name: "calls-first",
  appliesTo: (evidence) => askedFor(evidence, KINDS, skippedCalls),
  transform(project, evidence) {
    const variants = project.sources.flatMap((source) => believed(project, source, evidence));
    return withAll(variants, "Look at the calls of a reply first, everywhere");
  },
  rationale: (evidence) =>
    because(evidence, KINDS, "a reply with calls is not the end, whatever reason it gives"),
};

function believed({ ts }: Project, source: Source, evidence: Evidence): Variant[] {
  return each(ts, source.ast, ts.isBinaryExpression).flatMap((test) => {
    const { kind } = test.operatorToken;
    const same = kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.EqualsEqualsToken;
    const differs =
      kind === ts.SyntaxKind.ExclamationEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsToken;
    const content = contentBeside(ts, source, test.left);
    if ((!same && !differs) || content === undefined || !ts.isStringLiteralLike(test.right)) return [];
    if (asksForCalls(ts, source, test)) return [];
    const after = seesCalls(test.right.text, same, test.left.getText(source.ast), content);
    if (after === undefined) return [];
    const text = styled(source, after);
    return [
      changeAt(evidence, source, test, "Look at the calls of a reply first", [replaced(source, test, text)]),
    ];
  });
}

/** A reply that was cut at the output limit runs none of its calls, so it never counts as one with calls. */
function seesCalls(reason: string, same: boolean, left: string, content: string): string | undefined {
  const some = `${content}.some((block) => block.type === "tool_use")`;
  if (reason === "end_turn")
    return same ? `(${left} === "end_turn" && !${some})` : `(${left} !== "end_turn" || ${some})`;
  if (reason === "tool_use")
    return same ? `(${left} !== "max_tokens" && ${some})` : `(${left} === "max_tokens" || !${some})`;
  return undefined;
}

/** `reply.content` beside `reply.stop_reason`; `content` beside `stop_reason` when both come out of one reply. */
function contentBeside(ts: Project["ts"], source: Source, node: T.Expression): string | undefined {
  if (ts.isPropertyAccessExpression(node) && node.name.text === "stop_reason")
    return `${node.expression.getText(source.ast)}.content`;
  if (!ts.isIdentifier(node)) return undefined;
  const pattern = each(ts, source.ast, ts.isObjectBindingPattern).find((each) =>
    each.elements.some(
      ({ name, propertyName }) =>
        name.getText(source.ast) === node.text &&
        (propertyName ?? name).getText(source.ast) === "stop_reason",
    ),
  );
  const content = pattern?.elements.find(
    ({ name, propertyName }) => (propertyName ?? name).getText(source.ast) === "content",
  );
  return content?.name.getText(source.ast);
}

/** The condition around the test asks for calls as well. */
function asksForCalls(ts: Project["ts"], source: Source, test: T.Expression): boolean {
  let outer: Node = test;
  while (ts.isBinaryExpression(outer.parent) || ts.isParenthesizedExpression(outer.parent))
    outer = outer.parent;
  return /["']tool_use["']\s*\)|\b(?:has)?calls?\b/i.test(
    outer.getText(source.ast).replace(test.getText(source.ast), ""),
  );
}
