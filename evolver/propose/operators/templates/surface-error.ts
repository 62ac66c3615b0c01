import type { ts as T } from "ts-morph";
import type { Operator, Variant } from "../operator.ts";
import { suspicionAt } from "../evidence.ts";
import type { Evidence } from "../evidence.ts";
import { around, each, linesOf } from "../project.ts";
import type { Node, Project, Source, Splice } from "../project.ts";
import { resultInScope } from "../shapes/results.ts";

/** Shows the model what a failed tool said, marked as an error, where the harness puts fixed words in its place. */
export const surfaceError: Operator = {
  name: "surface-error",
  appliesTo: (evidence) => evidence.weights.get("ignored-error") ?? 0,
  transform(project, evidence) {
    const places = project.sources.flatMap((source) => [
      ...constantBranches(project, source),
      ...constantAssignments(project, source),
      ...swallowed(project, source),
    ]);
    return [
      ...places.flatMap((place) => [
        surfaced(project, place, evidence, "mark"),
        surfaced(project, place, evidence, "prefix"),
      ]),
      ...project.sources.flatMap((source) => markedOnly(project, source, evidence)),
    ].filter((variant) => variant !== undefined);
  },
  rationale: (evidence) =>
    `${evidence.hypothesis("ignored-error")?.evidence ?? "The model was not shown an error"}: a model can only answer an error that it sees.`,
};

/** Fixed words that stand where the text of a failed result belongs. */
interface Place {
  readonly source: Source;
  /** The fixed words. */
  readonly constant: T.Expression;
  /** Code for the text that is hidden: `result.content`. */
  readonly hidden: string;
  /** Code for whether it failed; undefined in a `catch`, where it has. */
  readonly failed: string | undefined;
}

/** `r.is_error ? "Tool failed" : r.content`, either way round. */
function constantBranches({ ts }: Project, source: Source): Place[] {
  return each(ts, source.ast, ts.isConditionalExpression).flatMap((node) => {
    const owner = failureOwner(node.condition.getText(source.ast));
    if (owner === undefined) return [];
    return [node.whenTrue, node.whenFalse]
      .filter((branch) => isConstant(ts, branch) && !mentions(source, branch, owner))
      .slice(0, 1)
      .map((constant) => ({ source, constant, hidden: `${owner}.content`, failed: `${owner}.is_error` }));
  });
}

/** `if (r.is_error) text = "Tool failed"`, or `return "Tool failed"`, or `content: "Tool failed"` below such an if. */
function constantAssignments({ ts }: Project, source: Source): Place[] {
  return each(ts, source.ast, ts.isIfStatement).flatMap((node) => {
    const owner = failureOwner(node.expression.getText(source.ast));
    if (owner === undefined) return [];
    return [node.thenStatement, ...(node.elseStatement ? [node.elseStatement] : statementsAfter(ts, node))]
      .flatMap((branch) => shownIn(ts, source, branch))
      .filter((constant) => isConstant(ts, constant) && !mentions(source, constant, owner))
      .slice(0, 1)
      .map((constant) => ({ source, constant, hidden: `${owner}.content`, failed: `${owner}.is_error` }));
  });
}

/** What runs when the branch was not taken: `if (ok) return text;` leaves the failure to the lines below it. */
function statementsAfter(ts: Project["ts"], node: T.IfStatement): T.Statement[] {
  const block = node.parent;
  const leaves = each(ts, node.thenStatement, ts.isReturnStatement).length > 0;
  return leaves && ts.isBlock(block) ? block.statements.slice(block.statements.indexOf(node) + 1) : [];
}

/** `catch { return "Tool failed" }`: what was thrown is lost. Only a catch that names its error can show it. */
function swallowed({ ts }: Project, source: Source): Place[] {
  return each(ts, source.ast, ts.isCatchClause).flatMap((clause) => {
    const name = clause.variableDeclaration?.name;
    if (!name || !ts.isIdentifier(name)) return [];
    const hidden = `(${name.text} instanceof Error ? ${name.text}.message : String(${name.text}))`;
    return shownIn(ts, source, clause.block)
      .filter((constant) => isConstant(ts, constant))
      .slice(0, 1)
      .map((constant) => ({ source, constant, hidden, failed: undefined }));
  });
}

/** Expressions in a branch that become what the model sees. */
function shownIn(ts: Project["ts"], source: Source, branch: Node): T.Expression[] {
  const returned = each(ts, branch, ts.isReturnStatement).flatMap(({ expression }) =>
    expression ? [expression] : [],
  );
  const assigned = each(ts, branch, ts.isBinaryExpression).flatMap((node) =>
    node.operatorToken.kind === ts.SyntaxKind.EqualsToken ? [node.right] : [],
  );
  const contents = each(ts, branch, ts.isPropertyAssignment).flatMap((property) =>
    /^(?:content|text|output|result)$/.test(property.name.getText(source.ast)) ? [property.initializer] : [],
  );
  return [...contents, ...assigned, ...returned];
}

/** `mark`: content as it is, with the error mark on the result block. `prefix`: for helpers that return bare text. */
function surfaced(
  project: Project,
  { source, constant, hidden, failed }: Place,
  evidence: Evidence,
  how: "mark" | "prefix",
): Variant | undefined {
  const words = constant.getText(source.ast);
  // An empty result still gets the old words: something has to be said.
  const text =
    how === "mark"
      ? `${hidden} || ${words}`
      : `/^error/i.test(${hidden}) ? ${hidden} : \`error: \${${hidden} || ${words}}\``;
  const splices = new Map<string, Splice[]>([
    [source.path, [{ start: constant.getStart(source.ast), end: constant.end, text }]],
  ]);
  if (how === "mark") {
    const mark = markFor(project, source, constant, failed);
    if (mark === undefined) return undefined;
    splices.set(mark.path, [...(splices.get(mark.path) ?? []), ...mark.splices]);
  }
  const lines = linesOf(source, constant);
  const fit =
    suspicionAt(evidence, source.path, lines.from, lines.to) * agreement(constant, source, evidence);
  return {
    title:
      how === "mark"
        ? "Show the model what a failed tool said"
        : "Show the model what a failed tool said, as text",
    splices,
    fit: how === "mark" ? fit : fit * 0.9,
  };
}

interface Mark {
  readonly path: string;
  /** Empty when the block is marked already. */
  readonly splices: readonly Splice[];
}

/** The error mark on the result block that the words end up in: around them, or around a call of their function. */
function markFor(
  project: Project,
  source: Source,
  constant: Node,
  failed: string | undefined,
): Mark | undefined {
  const { ts } = project;
  const block = resultBlockFor(project, source, constant);
  if (block !== undefined) return marked(ts, source, block, failed ?? "true");
  const name = namedFunctionAround(ts, constant);
  if (name === undefined || failed === undefined) return undefined;
  for (const other of project.sources) {
    for (const caller of resultBlocks(project, other)) {
      const result = resultInScope(project, other, caller);
      const calls = each(ts, caller, ts.isCallExpression).some(
        (call) => call.expression.getText(other.ast) === name,
      );
      if (calls && result !== undefined) return marked(ts, other, caller, `${result}.is_error`);
    }
  }
  return undefined;
}

function marked(ts: Project["ts"], source: Source, block: T.ObjectLiteralExpression, failed: string): Mark {
  const splices = hasProperty(ts, source, block, "is_error")
    ? []
    : [propertyAfterLast(source, block, `is_error: ${failed}`)];
  return { path: source.path, splices };
}

/** Name of the function declaration that the node lies in. */
function namedFunctionAround(ts: Project["ts"], node: Node): string | undefined {
  const fn = around(node, ts.isFunctionLike);
  return fn !== undefined && ts.isFunctionDeclaration(fn) ? fn.name?.text : undefined;
}

/** Result blocks that are sent without any error mark, where the result they are made from is in reach. */
function markedOnly(project: Project, source: Source, evidence: Evidence): Variant[] {
  const { ts } = project;
  return resultBlocks(project, source).flatMap((block) => {
    if (hasProperty(ts, source, block, "is_error")) return [];
    const result = resultInScope(project, source, block);
    if (result === undefined) return [];
    const lines = linesOf(source, block);
    const fit = 0.7 * suspicionAt(evidence, source.path, lines.from, lines.to);
    const splices = [propertyAfterLast(source, block, `is_error: ${result}.is_error`)];
    return [{ title: "Mark failed tool results as errors", splices: new Map([[source.path, splices]]), fit }];
  });
}

/** The tool_result block around the words, or, when they are put into a variable first, the one that uses it. */
function resultBlockFor(
  project: Project,
  source: Source,
  constant: Node,
): T.ObjectLiteralExpression | undefined {
  const { ts } = project;
  const blocks = resultBlocks(project, source);
  const outer = blocks.find((block) => block.getStart() <= constant.getStart() && block.end >= constant.end);
  if (outer) return outer;
  const variable =
    around(constant, ts.isVariableDeclaration)?.name.getText(source.ast) ??
    assignedName(ts, source, constant);
  const fn = around(constant, ts.isFunctionLike);
  if (variable === undefined) return undefined;
  return blocks.find(
    (block) =>
      around(block, ts.isFunctionLike) === fn &&
      new RegExp(`\\b${variable}\\b`).test(block.getText(source.ast)),
  );
}

function assignedName(ts: Project["ts"], source: Source, constant: Node): string | undefined {
  const parent = constant.parent;
  return ts.isBinaryExpression(parent) && ts.isIdentifier(parent.left)
    ? parent.left.getText(source.ast)
    : undefined;
}

function resultBlocks({ ts }: Project, source: Source): T.ObjectLiteralExpression[] {
  return each(ts, source.ast, ts.isObjectLiteralExpression).filter((literal) =>
    literal.properties.some((property) => property.name?.getText(source.ast) === "tool_use_id"),
  );
}

function hasProperty(
  ts: Project["ts"],
  source: Source,
  literal: T.ObjectLiteralExpression,
  name: string,
): boolean {
  return literal.properties.some(
    (property) =>
      property.name?.getText(source.ast) === name ||
      // `...(r.is_error ? { is_error: true } : {})` marks it as well.
      (ts.isSpreadAssignment(property) && property.getText(source.ast).includes(name)),
  );
}

/** On a line of its own when the block is written over several lines. */
function propertyAfterLast(source: Source, literal: T.ObjectLiteralExpression, property: string): Splice {
  const last = literal.properties.at(-1);
  const at = last?.end ?? literal.getStart(source.ast) + 1;
  const between = last
    ? source.text.slice(
        source.text.lastIndexOf("\n", last.getStart(source.ast)) + 1,
        last.getStart(source.ast),
      )
    : "";
  const own = last !== undefined && literal.properties.length > 1 && /^\s*$/.test(between);
  return { start: at, end: at, text: own ? `,\n${between}${property}` : `, ${property}` };
}

/** `result` in `result.is_error`, `!result.is_error`, `result.failure !== undefined`, `result.exit_code === 0`. */
function failureOwner(condition: string): string | undefined {
  return /^\(?!?\(?([\w.]+?)\??\.(?:is_error|failure|exit_code)\b/.exec(condition)?.[1];
}

function isConstant(ts: Project["ts"], node: T.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isConstant(ts, node.expression);
  if (ts.isStringLiteralLike(node)) return true;
  if (ts.isTemplateExpression(node)) return true;
  // A name in capitals is a constant by convention.
  if (ts.isIdentifier(node)) return /^[A-Z][A-Z0-9_]+$/.test(node.text);
  return (
    ts.isBinaryExpression(node) &&
    isConstant(ts, node.left) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken
  );
}

/** A template may well show the content already. */
function mentions(source: Source, node: Node, owner: string): boolean {
  return node.getText(source.ast).includes(`${owner}.content`);
}

/** The words that the model was shown in the failing runs are the words in the code. */
function agreement(constant: Node, source: Source, evidence: Evidence): number {
  const words = constant
    .getText(source.ast)
    .replace(/^["'`]|["'`]$/g, "")
    .trim();
  const template = evidence.cluster.signature.template;
  const shown = evidence.views.some((view) =>
    view.calls.some(
      ({ shown: block }) => words !== "" && JSON.stringify(block?.content ?? "").includes(words),
    ),
  );
  return shown || (words !== "" && template.includes(words)) ? 1 : 0.7;
}
