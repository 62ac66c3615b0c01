import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { around, each, freshName } from "../project.ts";
import type { Node, Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { changeAt, withAll } from "../shapes/variants.ts";
import { appended } from "../shapes/style.ts";

const KINDS: Kinds = {
  "repeated-call": 0.9,
  oscillation: 0.9,
  "steps-exhausted": 0.6,
  "budget-exhausted": 0.4,
};

/**
 * Leaves what differs each time (ids, times, durations, process ids) out of the key that a loop detector compares: with
 * them no two steps are ever the same.
 */
export const steadyKey: Operator = {
  name: "steady-key",
  appliesTo: (evidence) => askedFor(evidence, KINDS),
  transform(project, evidence) {
    const variants = project.sources.flatMap((source) => keys(project, source, evidence));
    return withAll(variants, "Leave volatile fields out of all keys");
  },
  rationale: (evidence) => because(evidence, KINDS, "steps that differ by a time or an id only are the same"),
};

/** All keys of a function at once: one volatile part is enough to tell two steps apart. */
function keys({ ts }: Project, source: Source, evidence: Evidence): Variant[] {
  const calls = each(ts, source.ast, ts.isCallExpression).filter(
    (call) =>
      call.expression.getText(source.ast) === "JSON.stringify" &&
      call.arguments.length === 1 &&
      isKey(ts, source, call),
  );
  return [...Map.groupBy(calls, (call) => around(call, ts.isFunctionLike)).values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const name = freshName(source, "steady");
    const splices = own.flatMap(({ arguments: [value] }) =>
      value ? [{ start: value.end, end: value.end, text: `, ${name}` }] : [],
    );
    const title = "Leave volatile fields out of the key of a step";
    return [changeAt(evidence, source, first, title, [...splices, appended(source, helper(name))])];
  });
}

/** Not a text that is shown, written or measured: what is left is compared. */
function isKey(ts: Project["ts"], source: Source, call: T.CallExpression): boolean {
  let at: Node = call;
  while (
    ts.isBinaryExpression(at.parent) ||
    ts.isTemplateSpan(at.parent) ||
    ts.isTemplateExpression(at.parent)
  )
    at = at.parent;
  const parent = at.parent;
  if (ts.isPropertyAccessExpression(parent)) return false;
  if (ts.isPropertyAssignment(parent))
    return !/^(?:content|text|summary|input)$/.test(parent.name.getText(source.ast));
  const taker = ts.isCallExpression(parent) ? parent.expression.getText(source.ast) : "";
  if (/(?:^|\.)(?:note|parse|log|create|estimate\w*|\w*[Tt]okens|\w*[Ss]ize|\w*[Ll]ength)$/.test(taker))
    return false;
  const fn = around(call, ts.isFunctionLike);
  return fn !== undefined && !/\.length\b[^;]*$/.test(source.text.slice(at.end, at.end + 10));
}

function helper(name: string): string {
  return `/** For JSON.stringify: without what differs between two runs of the same thing. */
function ${name}(key: string, value: unknown): unknown {
  if (/^(?:id|\\w+_id|pid|ms|\\w+_ms|time|timestamp|duration|elapsed|date|\\w*bytes)$/i.test(key)) return undefined;
  if (typeof value !== "string") return value;
  return value
    .replace(/\\b\\d{4}-\\d\\d-\\d\\d(?:[T ][\\d:.]+(?:Z|[+-][\\d:]+)?)?/g, "~")
    .replace(/\\b\\d{1,2}:\\d\\d(?::\\d\\d)?(?:[.,]\\d+)?\\b/g, "~")
    .replace(/\\b\\d+(?:\\.\\d+)?\\s?(?:ns|us|ms|s|sec|secs|seconds?|min|minutes?)\\b/g, "~")
    .replace(/\\b(?:pid[\\s:=]*\\d+|0x[\\da-f]+|[\\da-f]{8}-[\\da-f-]{27})\\b/gi, "~");
}`;
}
