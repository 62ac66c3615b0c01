import type { View } from "../../../analyse/view.ts";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { each } from "../project.ts";
import type { Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt, withAll } from "../shapes/variants.ts";

const KINDS: Kinds = {
  "wrong-result": 0.5,
  "tool-error": 0.4,
  "gave-up": 0.3,
  "ignored-error": 0.2,
  "early-stop": 0.3,
};

/** Reads lines as editors on any system leave them: with carriage returns, and with a byte order mark before the first. */
export const tolerateLineEnds: Operator = {
  name: "tolerate-line-ends",
  appliesTo: (evidence) => askedFor(evidence, KINDS, hasOtherLineEnds, true),
  transform(project, evidence) {
    const variants = project.sources.flatMap((source) => lines(project, source, evidence));
    return withAll(variants, "Read lines with any end, everywhere");
  },
  rationale: (evidence) =>
    because(evidence, KINDS, "a carriage return at the end of a line is not part of it"),
};

/** `text.split("\n")`. */
function lines({ ts }: Project, source: Source, evidence: Evidence): Variant[] {
  return each(ts, source.ast, ts.isCallExpression).flatMap((call) => {
    const callee = call.expression;
    const separator = call.arguments[0];
    if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== "split" || !separator) return [];
    if (!ts.isStringLiteralLike(separator) || separator.text !== "\n") return [];
    const text = callee.expression.getText(source.ast);
    const splices = [replaced(source, call, `${text}.replace(/^\\uFEFF/, "").split(/\\r?\\n/)`)];
    return [changeAt(evidence, source, call, "Read lines with any end", splices)];
  });
}

function hasOtherLineEnds(view: View): boolean {
  return view.trace.events.some((event) => {
    const texts =
      event.kind === "tool_called"
        ? event.result.content
        : event.kind === "model_called"
          ? JSON.stringify([event.request.system, event.request.messages])
          : "";
    return /\r\n|\\r\\n|\uFEFF/.test(texts);
  });
}
