import type { ts as T } from "ts-morph";
import type { Operator, Variant } from "../operator.ts";
import { suspicionAt } from "../evidence.ts";
import type { Evidence } from "../evidence.ts";
import { around, each, freshName, linesOf } from "../project.ts";
import type { Project, Source } from "../project.ts";
import { constantValue } from "../shapes/constants.ts";
import { appended } from "../shapes/style.ts";

/** Shows head and tail of a long result instead of the head alone: totals and errors stand at the end. */
export const headAndTail: Operator = {
  name: "head-and-tail",
  appliesTo: (evidence) => evidence.weights.get("truncated-observation") ?? 0,
  transform: (project, evidence) => project.sources.flatMap((source) => cuts(project, source, evidence)),
  rationale: (evidence) =>
    `${evidence.hypothesis("truncated-observation")?.evidence ?? "A long result was cut"}: what is asked for often stands at the end.`,
};

/** Below this a cut is a label or a preview, not an observation. */
const SMALLEST_LIMIT = 100;
/** A wider window, for what stands in the middle. */
const WIDER = 4;

function cuts(project: Project, source: Source, evidence: Evidence): Variant[] {
  const { ts } = project;
  return each(ts, source.ast, ts.isCallExpression).flatMap((call) => {
    const callee = call.expression;
    const limit = limitOf(ts, source, call);
    if (!limit || !ts.isPropertyAccessExpression(callee) || keepsBoth(ts, source, call)) return [];
    const value = constantValue(project, source, limit);
    if (value !== undefined && value < SMALLEST_LIMIT && !joined(ts, call)) return [];
    const receiver = callee.expression.getText(source.ast);
    if (!joined(ts, call) && looksLikeList(receiver)) return [];
    const lines = linesOf(source, call);
    const fit = suspicionAt(evidence, source.path, lines.from, lines.to) * agreement(value, evidence);
    return [
      replaced(
        source,
        call,
        receiver,
        limit.getText(source.ast),
        joined(ts, call),
        fit,
        "Show head and tail of long results",
      ),
      replaced(
        source,
        call,
        receiver,
        `${limit.getText(source.ast)} * ${WIDER}`,
        joined(ts, call),
        fit * 0.8,
        "Show more of long results, head and tail",
      ),
    ];
  });
}

/** Limit of a cut that keeps one side only: `text.slice(0, limit)`, `text.slice(-limit)`. */
function limitOf(ts: Project["ts"], source: Source, call: T.CallExpression): T.Expression | undefined {
  const name = call.expression.getText(source.ast).split(".").at(-1) ?? "";
  const [from, limit] = call.arguments;
  if (from && limit && call.arguments.length === 2)
    return /^(?:slice|substring|substr)$/.test(name) && from.getText(source.ast) === "0" ? limit : undefined;
  const isTail = from && ts.isPrefixUnaryExpression(from) && from.operator === ts.SyntaxKind.MinusToken;
  return isTail && !limit && name === "slice" ? from.operand : undefined;
}

/** The function keeps head and tail already. */
function keepsBoth(ts: Project["ts"], source: Source, call: T.CallExpression): boolean {
  const text = (around(call, ts.isFunctionLike) ?? source.ast).getText(source.ast);
  return /\.(?:slice|substring|substr)\(0,/.test(text) && /\.slice\((?:-|[\w.]+\.length -)/.test(text);
}

function replaced(
  source: Source,
  call: T.CallExpression,
  receiver: string,
  limit: string,
  ofLines: boolean,
  fit: number,
  title: string,
): Variant {
  const name = freshName(source, ofLines ? "headAndTailOfLines" : "headAndTail");
  const text = `${name}(${receiver}, ${limit})`;
  const splices = [
    { start: call.getStart(source.ast), end: call.end, text },
    appended(source, ofLines ? lineHelper(name) : textHelper(name)),
  ];
  return { title, splices: new Map([[source.path, splices]]), fit };
}

/** `lines.slice(0, 50).join("\n")`: a list that becomes a text. */
function joined(ts: Project["ts"], call: T.CallExpression): boolean {
  const parent = call.parent;
  return ts.isPropertyAccessExpression(parent) && parent.name.text === "join";
}

function looksLikeList(receiver: string): boolean {
  return /(?:messages|history|turns|calls|blocks|items|skills|hits|tools|list|array|split\(.*\))$/i.test(
    receiver,
  );
}

/** The observation was as long as this limit, give or take a marker. */
function agreement(limit: number | undefined, evidence: Evidence): number {
  if (limit === undefined) return 0.6;
  return evidence.shownLengths.some((shown) => shown >= limit * 0.9 && shown <= limit * 1.1 + 100) ? 1 : 0.5;
}

function textHelper(name: string): string {
  return `/** Head and tail of a long text, with a marker that says how much is missing; at most \`limit\` characters. */
function ${name}(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const marker = (left: number): string => \`\\n[... \${left} of \${text.length} characters left out ...]\\n\`;
  const room = Math.max(0, limit - marker(text.length).length);
  const head = text.slice(0, Math.ceil(room / 2)).replace(/[\\uD800-\\uDBFF]$/, "");
  const tail = text.slice(text.length - Math.floor(room / 2)).replace(/^[\\uDC00-\\uDFFF]/, "");
  return head + marker(text.length - head.length - tail.length) + tail;
}`;
}

function lineHelper(name: string): string {
  return `/** First and last lines of a long text, with a line that says how many are missing; at most \`limit\` lines. */
function ${name}(lines: readonly string[], limit: number): string[] {
  if (lines.length <= limit) return [...lines];
  const head = Math.ceil((limit - 1) / 2);
  const tail = limit - 1 - head;
  const marker = \`[... \${lines.length - head - tail} of \${lines.length} lines left out ...]\`;
  return [...lines.slice(0, head), marker, ...lines.slice(lines.length - tail)];
}`;
}
