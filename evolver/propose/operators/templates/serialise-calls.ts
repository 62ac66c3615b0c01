import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { each, freshName } from "../project.ts";
import type { Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt } from "../shapes/variants.ts";
import { reaching } from "../shapes/reach.ts";
import { appended } from "../shapes/style.ts";
import { outOfOrder } from "../../../analyse/transcript.ts";

const KINDS: Kinds = {
  "stale-state": 0.8,
  "wrong-result": 0.4,
  "tool-error": 0.4,
  "broken-pairing": 0.4,
  "unverified-write": 0.3,
  "contradicted-claim": 0.2,
};

/** Runs the calls of a reply one after the other where they run at once: writes to one path race, reads come too early. */
export const serialiseCalls: Operator = {
  name: "serialise-calls",
  appliesTo: (evidence) => askedFor(evidence, KINDS, outOfOrder),
  transform(project, evidence) {
    const reaches = reaching(project, "tools");
    return project.sources.flatMap((source) => together(project, source, reaches, evidence));
  },
  rationale: (evidence) => because(evidence, KINDS, "calls of one reply may build on one another"),
};

/** `Promise.all(calls.map(act))`, where `act` carries out a call. */
function together(
  { ts }: Project,
  source: Source,
  reaches: (node: T.Node) => boolean,
  evidence: Evidence,
): Variant[] {
  return each(ts, source.ast, ts.isCallExpression).flatMap((all) => {
    const mapped = all.arguments[0];
    if (!/^Promise\.(?:all|allSettled)$/.test(all.expression.getText(source.ast)) || !mapped) return [];
    if (!ts.isCallExpression(mapped) || !ts.isPropertyAccessExpression(mapped.expression)) return [];
    const act = mapped.arguments[0];
    if (mapped.expression.name.text !== "map" || !act || mapped.arguments.length !== 1 || !reaches(act))
      return [];
    const settled = all.expression.getText(source.ast).endsWith("Settled");
    if (settled || (ts.isArrowFunction(act) && act.parameters.length > 2)) return [];
    const name = freshName(source, "inOrder");
    const items = mapped.expression.expression.getText(source.ast);
    const text = `${name}(${items}, ${act.getText(source.ast)})`;
    const splices = [replaced(source, all, text), appended(source, helper(name))];
    return [changeAt(evidence, source, all, "Run the calls of a reply one after the other", splices)];
  });
}

function helper(name: string): string {
  return `/** What \`act\` makes of each item, one after the other and in their order. */
async function ${name}<Item, Result>(items: readonly Item[], act: (item: Item, index: number) => Result | Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) results.push(await act(item, index));
  return results;
}`;
}
