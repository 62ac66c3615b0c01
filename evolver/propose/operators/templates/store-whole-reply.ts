import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { around, each } from "../project.ts";
import type { Node, Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt } from "../shapes/variants.ts";
import { reaching } from "../shapes/reach.ts";

const KINDS: Kinds = {
  "invalid-request": 0.8,
  "broken-pairing": 0.9,
  "repeated-call": 0.4,
  oscillation: 0.3,
  "contradicted-claim": 0.2,
};

/**
 * Stores a reply whole where only its text, or a part of its blocks, becomes the assistant's message: without its calls
 * the results that follow answer nothing.
 */
export const storeWholeReply: Operator = {
  name: "store-whole-reply",
  appliesTo: (evidence) => askedFor(evidence, KINDS),
  transform(project, evidence) {
    const reaches = reaching(project, "model");
    return project.sources.flatMap((source) => partial(project, source, reaches, evidence));
  },
  rationale: (evidence) =>
    because(evidence, KINDS, "a result needs the call it answers in the message before it"),
};

function partial(
  { ts }: Project,
  source: Source,
  reaches: (node: Node) => boolean,
  evidence: Evidence,
): Variant[] {
  return each(ts, source.ast, ts.isObjectLiteralExpression).flatMap((message) => {
    const role = valueOf(ts, source, message, "role");
    const content = valueOf(ts, source, message, "content");
    if (!role || !/^["']assistant["']$/.test(role.getText(source.ast)) || !content) return [];
    const whole = wholeContent(ts, source, message, reaches);
    if (whole === undefined || content.getText(source.ast) === whole) return [];
    // What is made of the whole reply's blocks may well leave out what a provider refuses.
    const share = content.getText(source.ast).startsWith(`${whole}.`) ? 0.7 : 1;
    const splices = [replaced(source, content, whole)];
    return [changeAt(evidence, source, message, "Store a reply with all of its blocks", splices, share)];
  });
}

function valueOf(
  ts: Project["ts"],
  source: Source,
  literal: T.ObjectLiteralExpression,
  name: string,
): T.Expression | undefined {
  const property = literal.properties.find((each) => each.name?.getText(source.ast) === name);
  return property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

/** Code for the content of the reply that was asked for last before this place, in the same function. */
function wholeContent(
  ts: Project["ts"],
  source: Source,
  node: Node,
  reaches: (node: Node) => boolean,
): string | undefined {
  const fn = around(node, ts.isFunctionLike);
  if (!fn) return undefined;
  const parameter = fn.parameters.find(({ type }) => type?.getText(source.ast) === "ModelReply");
  const asked = each(ts, fn, ts.isVariableDeclaration).findLast(
    ({ initializer, end }) =>
      initializer !== undefined &&
      ts.isAwaitExpression(initializer) &&
      end <= node.getStart(source.ast) &&
      reaches(initializer),
  );
  const name = asked?.name ?? parameter?.name;
  if (name === undefined) return undefined;
  if (ts.isIdentifier(name)) {
    const read = new RegExp(`\\b${name.text}\\.content\\b`);
    return read.test(fn.getText(source.ast)) ? `${name.text}.content` : undefined;
  }
  if (!ts.isObjectBindingPattern(name)) return undefined;
  const content = name.elements.find(
    (each) => (each.propertyName ?? each.name).getText(source.ast) === "content",
  );
  return content?.name.getText(source.ast);
}
