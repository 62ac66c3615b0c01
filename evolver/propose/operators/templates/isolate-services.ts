import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { around, each } from "../project.ts";
import type { Project, Source, Splice } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt, withAll } from "../shapes/variants.ts";
import { styled } from "../shapes/style.ts";

const KINDS: Kinds = { "harness-error": 0.8, "empty-reply": 0.1 };

/** Lets a run go on without what it can do without: a note that cannot be written, a library of skills that does not answer. */
export const isolateServices: Operator = {
  name: "isolate-services",
  appliesTo: (evidence) => askedFor(evidence, KINDS),
  transform(project, evidence) {
    const variants = project.sources.flatMap((source) => unguarded(project, source, evidence));
    return withAll(variants, "Go on when notes or skills are not to be had");
  },
  rationale: (evidence) => because(evidence, KINDS, "a note or a skill is a help, never a reason to fail"),
};

function unguarded(project: Project, source: Source, evidence: Evidence): Variant[] {
  const { ts } = project;
  return each(ts, source.ast, ts.isCallExpression).flatMap((call) => {
    const callee = call.expression.getText(source.ast);
    const changed = mended(ts, source, call, callee);
    if (!changed || isGuarded(project, call)) return [];
    return [changeAt(evidence, source, call, `Go on when ${changed.what} cannot be had`, [changed.splice])];
  });
}

function mended(
  ts: Project["ts"],
  source: Source,
  call: T.CallExpression,
  callee: string,
): { what: string; splice: Splice } | undefined {
  const caught = (value: string): Splice => ({
    start: call.end,
    end: call.end,
    text: `.catch(() => ${value})`,
  });
  if (callee.endsWith(".note") && ts.isAwaitExpression(call.parent))
    return { what: "a note", splice: caught("undefined") };
  if (/(?:^|\.)skills\.search$/.test(callee)) return { what: "the list of skills", splice: caught("[]") };
  if (callee !== "Promise.all" || !ts.isAwaitExpression(call.parent)) return undefined;
  if (!/\bskills\.load\(/.test(call.getText(source.ast))) return undefined;
  const loads = call.arguments[0]?.getText(source.ast) ?? "[]";
  const kept = styled(source, `flatMap((each) => (each.status === "fulfilled" ? [each.value] : []))`);
  return {
    what: "a skill",
    splice: replaced(source, call.parent, `(await Promise.allSettled(${loads})).${kept}`),
  };
}

/** In a `try` that catches, or with a `catch` of its own. */
function isGuarded({ ts }: Project, call: T.CallExpression): boolean {
  const guard = around(call, ts.isTryStatement);
  const inTry = guard?.catchClause !== undefined && call.end <= guard.tryBlock.end;
  return (
    inTry || (ts.isPropertyAccessExpression(call.parent) && /^(?:catch|then)$/.test(call.parent.name.text))
  );
}
