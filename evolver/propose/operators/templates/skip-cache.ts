import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { around, each } from "../project.ts";
import type { Node, Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { taken } from "../shapes/statements.ts";
import { changeAt } from "../shapes/variants.ts";
import { reaching } from "../shapes/reach.ts";
import { inventsResult } from "../../../analyse/transcript.ts";

const KINDS: Kinds = {
  "stale-state": 0.9,
  "repeated-call": 0.4,
  "wrong-result": 0.4,
  "contradicted-claim": 0.4,
  "unverified-write": 0.2,
};

/** Asks again where the harness answers a call from what it kept: files change, and a key may say too little. */
export const skipCache: Operator = {
  name: "skip-cache",
  appliesTo: (evidence) => askedFor(evidence, KINDS, inventsResult),
  transform(project, evidence) {
    const asks = [reaching(project, "model"), reaching(project, "tools")];
    const reaches = (node: Node): boolean => asks.some((ask) => ask(node));
    return project.sources.flatMap((source) => kept(project, source, reaches, evidence));
  },
  rationale: (evidence) => because(evidence, KINDS, "what was kept may no longer be so"),
};

/** `if (hit) return hit` in a function that asks the kernel otherwise, where `hit` was read from a map or a record. */
function kept(
  { ts }: Project,
  source: Source,
  reaches: (node: Node) => boolean,
  evidence: Evidence,
): Variant[] {
  return each(ts, source.ast, ts.isIfStatement).flatMap((test) => {
    const fn = around(test, ts.isFunctionLike);
    if (!fn || !ts.isBlock(test.parent) || test.elseStatement || !reaches(fn) || reaches(test)) return [];
    const returned = each(ts, test.thenStatement, ts.isReturnStatement);
    if (returned.length !== 1 || !readsCache(ts, source, fn, test)) return [];
    return [
      changeAt(evidence, source, test, "Ask again instead of answering from a cache", [taken(source, test)]),
    ];
  });
}

function readsCache(
  ts: Project["ts"],
  source: Source,
  fn: T.SignatureDeclaration,
  test: T.IfStatement,
): boolean {
  const condition = test.expression.getText(source.ast);
  const direct =
    /\b\w+\.has\(|\bin\s+\w+/.test(condition) && /\.get\(|\[/.test(test.thenStatement.getText(source.ast));
  const held = each(ts, fn, ts.isVariableDeclaration).some(
    ({ name, initializer, end }) =>
      ts.isIdentifier(name) &&
      end <= test.getStart(source.ast) &&
      /\.get\(|^\w+\[/.test(initializer?.getText(source.ast) ?? "") &&
      new RegExp(`\\b${name.text}\\b`).test(condition) &&
      new RegExp(`return[^;]*\\b${name.text}\\b`).test(test.thenStatement.getText(source.ast)),
  );
  return direct || held;
}
