import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { around, each, within } from "../project.ts";
import type { Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { taken } from "../shapes/statements.ts";
import { changeAt } from "../shapes/variants.ts";
import { repeatsMessage } from "../../../analyse/transcript.ts";

const KINDS: Kinds = {
  "repeated-message": 1,
  "invalid-request": 0.5,
  "broken-pairing": 0.4,
  "end-not-once": 0.9,
  "budget-not-monotone": 0.5,
};
/** Deletes a statement that stores or says the same thing a second time. */
export const storeOnce: Operator = {
  name: "store-once",
  appliesTo: (evidence) => askedFor(evidence, KINDS, repeatsMessage),
  transform: (project, evidence) => project.sources.flatMap((source) => repeated(project, source, evidence)),
  rationale: (evidence) => because(evidence, KINDS, "what is stored or said twice is read twice"),
};

/** Two statements with the same call, the second in the block of the first or in one inside it. */
function repeated({ ts }: Project, source: Source, evidence: Evidence): Variant[] {
  const statements = each(ts, source.ast, ts.isExpressionStatement).filter(({ expression }) =>
    ts.isCallExpression(ts.isAwaitExpression(expression) ? expression.expression : expression),
  );
  return statements.flatMap((second) => {
    const fn = around(second, ts.isFunctionLike);
    const first = statements.find(
      (other) =>
        other.end <= second.getStart(source.ast) &&
        around(other, ts.isFunctionLike) === fn &&
        bare(source, other) === bare(source, second) &&
        within(second, other.parent) &&
        !isLeft(ts, other),
    );
    if (!first) return [];
    const title = "Store and say each thing once";
    return [second, first].map((one, at) =>
      changeAt(evidence, source, one, title, [taken(source, one)], at === 0 ? 1 : 0.9),
    );
  });
}

function bare(source: Source, statement: T.Statement): string {
  return statement.getText(source.ast).replace(/\s+|;$/g, "");
}

/** A jump right behind the statement: nothing below it runs after it. */
function isLeft(ts: Project["ts"], statement: T.Statement): boolean {
  const block = statement.parent;
  if (!ts.isBlock(block)) return false;
  const next = block.statements[block.statements.indexOf(statement) + 1];
  return (
    next !== undefined &&
    (ts.isReturnStatement(next) || ts.isBreakOrContinueStatement(next) || ts.isThrowStatement(next))
  );
}
