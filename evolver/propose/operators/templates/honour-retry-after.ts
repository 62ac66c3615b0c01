import type { ts as T } from "ts-morph";
import type { View } from "../../../analyse/view.ts";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { around, each } from "../project.ts";
import type { Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt } from "../shapes/variants.ts";
import { resultInScope } from "../shapes/results.ts";
import { typeImports } from "../shapes/style.ts";

const KINDS: Kinds = {
  "transient-error": 0.9,
  "harness-error": 0.3,
  "tool-error": 0.3,
  "steps-exhausted": 0.2,
};

/** Waits as long as the other side asked for where the harness waits by its own clock only. */
export const honourRetryAfter: Operator = {
  name: "honour-retry-after",
  appliesTo: (evidence) => askedFor(evidence, KINDS, toldToWait, true),
  transform: (project, evidence) => project.sources.flatMap((source) => waits(project, source, evidence)),
  rationale: (evidence) =>
    because(evidence, KINDS, "asking again before the time that the answer names is refused again"),
};

function waits(project: Project, source: Source, evidence: Evidence): Variant[] {
  const { ts } = project;
  return each(ts, source.ast, ts.isCallExpression).flatMap((call) => {
    const wait = call.arguments[0];
    if (!/(?:^|\.)sleep$/.test(call.expression.getText(source.ast)) || !wait) return [];
    const asked = askedWait(project, source, call);
    if (asked === undefined) return [];
    const splices = [
      replaced(source, wait, `Math.max(${wait.getText(source.ast)}, ${asked.code})`),
      ...typeImports(source, asked.types),
    ];
    return [changeAt(evidence, source, call, "Wait as long as the answer asks for", splices)];
  });
}

/** Code for the milliseconds that the failure at hand asks for; undefined when the function reads them already. */
function askedWait(
  project: Project,
  source: Source,
  call: T.CallExpression,
): { code: string; types: readonly string[] } | undefined {
  const { ts } = project;
  if (/retry_?after/i.test((around(call, ts.isFunctionLike) ?? source.ast).getText(source.ast)))
    return undefined;
  const error = around(call, ts.isCatchClause)?.variableDeclaration?.name;
  if (error && ts.isIdentifier(error))
    return { code: `(${error.text} as Partial<WireError>).retry_after_ms ?? 0`, types: ["WireError"] };
  const result = resultInScope(project, source, call);
  return result === undefined ? undefined : { code: `${result}.failure?.retry_after_ms ?? 0`, types: [] };
}

function toldToWait({ models, calls }: View): boolean {
  return (
    models.some(({ event }) => (event.error?.retry_after_ms ?? 0) > 0) ||
    calls.some(({ event }) => (event.result.failure?.retry_after_ms ?? 0) > 0)
  );
}
