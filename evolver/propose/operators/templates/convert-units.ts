import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { each } from "../project.ts";
import type { Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt } from "../shapes/variants.ts";

const KINDS: Kinds = {
  "transient-error": 0.6,
  "budget-exhausted": 0.5,
  "early-stop": 0.4,
  "steps-exhausted": 0.3,
  "tool-error": 0.3,
  "harness-error": 0.2,
};

/** Converts seconds and milliseconds once: waits and the clock of the kernel are in milliseconds, names tell the rest. */
export const convertUnits: Operator = {
  name: "convert-units",
  appliesTo: (evidence) => askedFor(evidence, KINDS),
  transform: (project, evidence) =>
    project.sources.flatMap((source) => [
      ...convertedTwice(project, source, evidence),
      ...notConverted(project, source, evidence),
    ]),
  rationale: (evidence) => because(evidence, KINDS, "the kernel counts in milliseconds"),
};

const MILLISECONDS = /(?:_ms|Ms|MS|[Mm]illis(?:econds)?)\)?$/;
const SECONDS = /(?:_s|_secs?|_seconds|[Ss]econds|Secs?|SECONDS)\)?$/;

/** `retry_after_ms * 1000`, `waitMs / 1000` where milliseconds are wanted. */
function convertedTwice({ ts }: Project, source: Source, evidence: Evidence): Variant[] {
  return each(ts, source.ast, ts.isBinaryExpression).flatMap((node) => {
    const { kind } = node.operatorToken;
    const scales = kind === ts.SyntaxKind.AsteriskToken || kind === ts.SyntaxKind.SlashToken;
    if (!scales || !/^1_?000$/.test(node.right.getText(source.ast))) return [];
    const left = unwrapped(ts, node.left)
      .getText(source.ast)
      .replace(/\s*\?\?.*$/, "");
    if (!MILLISECONDS.test(left)) return [];
    const share = isClock(ts, source, node) ? 1 : 0.6;
    const splices = [replaced(source, node, node.left.getText(source.ast))];
    return [changeAt(evidence, source, node, "Take milliseconds for milliseconds", splices, share)];
  });
}

/** `kernel.sleep(seconds)`, `kernel.elapsed() > LIMIT_SECONDS`. */
function notConverted({ ts }: Project, source: Source, evidence: Evidence): Variant[] {
  const waits = each(ts, source.ast, ts.isCallExpression).flatMap((call) =>
    /(?:^|\.)sleep$/.test(call.expression.getText(source.ast)) ? call.arguments.slice(0, 1) : [],
  );
  const limits = each(ts, source.ast, ts.isBinaryExpression).flatMap(({ left, right }) => {
    if (left.getText(source.ast).endsWith(".elapsed()")) return [right];
    return right.getText(source.ast).endsWith(".elapsed()") ? [left] : [];
  });
  return [...waits, ...limits].flatMap((value) => {
    const text = value.getText(source.ast);
    if (!SECONDS.test(text) || /\b1_?000\b/.test(text)) return [];
    const splices = [replaced(source, value, `${/^[\w.]+$/.test(text) ? text : `(${text})`} * 1000`)];
    return [changeAt(evidence, source, value, "Turn seconds into milliseconds", splices)];
  });
}

function unwrapped(ts: Project["ts"], node: T.Expression): T.Expression {
  return ts.isParenthesizedExpression(node) ? unwrapped(ts, node.expression) : node;
}

function isClock(ts: Project["ts"], source: Source, node: T.Expression): boolean {
  const { parent } = node;
  return (
    ts.isCallExpression(parent) && /(?:^|\.)(?:sleep|max|min)$/.test(parent.expression.getText(source.ast))
  );
}
