import type { ts as T } from "ts-morph";
import type { Operator, Variant } from "../operator.ts";
import { suspicionAt } from "../evidence.ts";
import type { Evidence } from "../evidence.ts";
import { around, each, linesOf } from "../project.ts";
import type { Node, Project, Source, Splice } from "../project.ts";

/** Awaits a promise that the harness lets go: its error is lost, and what comes next does not wait for it. */
export const awaitPromise: Operator = {
  name: "await-promise",
  appliesTo: ({ weights }) =>
    Math.max(
      0.9 * (weights.get("harness-error") ?? 0),
      0.5 * (weights.get("invalid-request") ?? 0),
      weights.get("wrong-result") ?? 0,
    ),
  transform(project, evidence) {
    const asynchronous = asyncNames(project);
    return project.sources.flatMap((source) => [
      ...floating(project, source, asynchronous, evidence),
      ...asyncForEach(project, source, evidence),
    ]);
  },
  rationale: () => "A promise is not awaited: its result is used too early, or its error gets lost.",
};

/** Methods of the kernel that return promises, by the last two names of the callee. */
const KERNEL_METHODS = /(?:^|\.)(?:model\.create|tools\.call|skills\.(?:search|load)|note|sleep)$/;

/** Functions of the harness that are async or say that they return a promise. */
function asyncNames({ ts, sources }: Project): Set<string> {
  const names = sources.flatMap((source) =>
    each(ts, source.ast, ts.isFunctionLike).flatMap((fn) => {
      const promise = isAsync(ts, fn) || /^Promise\b/.test(fn.type?.getText(source.ast) ?? "");
      const name = fn.name ?? (ts.isVariableDeclaration(fn.parent) ? fn.parent.name : undefined);
      return promise && name && ts.isIdentifier(name) ? [name.text] : [];
    }),
  );
  return new Set(names);
}

function floating(
  project: Project,
  source: Source,
  asynchronous: ReadonlySet<string>,
  evidence: Evidence,
): Variant[] {
  const { ts } = project;
  return each(ts, source.ast, ts.isCallExpression).flatMap((call) => {
    const callee = call.expression.getText(source.ast);
    const last = callee.split(".").at(-1) ?? "";
    if (!KERNEL_METHODS.test(callee) && !asynchronous.has(last)) return [];
    if (!isLost(ts, call)) return [];
    const fn = around(call, ts.isFunctionLike);
    const made = fn && madeAsync(ts, source, fn);
    if (!made) return [];
    const member = ts.isPropertyAccessExpression(call.parent) || ts.isElementAccessExpression(call.parent);
    const splices: Splice[] = [
      ...made,
      {
        start: call.getStart(source.ast),
        end: call.end,
        text: member ? `(await ${call.getText(source.ast)})` : `await ${call.getText(source.ast)}`,
      },
    ];
    const { from, to } = linesOf(source, call);
    const fit = suspicionAt(evidence, source.path, from, to);
    return [{ title: `Await ${callee}`, splices: new Map([[source.path, splices]]), fit }];
  });
}

/** Neither awaited, nor returned, nor handed to something that takes promises (`Promise.all`, `.then`, `void`). */
function isLost(ts: Project["ts"], call: T.CallExpression): boolean {
  const parent = call.parent;
  if (ts.isExpressionStatement(parent) || ts.isIfStatement(parent) || ts.isPrefixUnaryExpression(parent))
    return true;
  if (ts.isForOfStatement(parent) || ts.isSpreadElement(parent) || ts.isTemplateSpan(parent)) return true;
  if (ts.isPropertyAccessExpression(parent)) return !/^(?:then|catch|finally)$/.test(parent.name.text);
  return ts.isVariableDeclaration(parent) && !isAwaitedLater(ts, parent);
}

function isAwaitedLater(ts: Project["ts"], declaration: T.VariableDeclaration): boolean {
  const name = declaration.name.getText();
  const fn = around(declaration, ts.isFunctionLike);
  return (
    fn !== undefined &&
    new RegExp(`await[^;]*\\b${name}\\b|return ${name}\\b|\\b${name}\\.(?:then|catch)`).test(fn.getText())
  );
}

/** Splices that make the function async; undefined when that would change what its callers get. */
function madeAsync(ts: Project["ts"], source: Source, fn: T.SignatureDeclaration): Splice[] | undefined {
  if (isAsync(ts, fn)) return [];
  if (!ts.isArrowFunction(fn) || !/^Promise\b/.test(fn.type?.getText(source.ast) ?? "Promise"))
    return undefined;
  const start = fn.getStart(source.ast);
  return [{ start, end: start, text: "async " }];
}

function isAsync(ts: Project["ts"], fn: Node): boolean {
  return (
    ts.canHaveModifiers(fn) &&
    (ts.getModifiers(fn) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
  );
}

/** `list.forEach(async (item) => { … })`: forEach drops the promises. */
function asyncForEach(project: Project, source: Source, evidence: Evidence): Variant[] {
  const { ts } = project;
  return each(ts, source.ast, ts.isExpressionStatement).flatMap((statement) => {
    const call = statement.expression;
    if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return [];
    const callback = call.arguments[0];
    if (
      call.expression.name.text !== "forEach" ||
      !callback ||
      !ts.isArrowFunction(callback) ||
      !isAsync(ts, callback)
    )
      return [];
    const parameter = callback.parameters[0];
    const fn = around(statement, ts.isFunctionLike);
    if (
      callback.parameters.length !== 1 ||
      !parameter ||
      !ts.isBlock(callback.body) ||
      !fn ||
      !isAsync(ts, fn)
    )
      return [];
    if (each(ts, callback.body, ts.isReturnStatement).length > 0) return [];
    const text = `for (const ${parameter.name.getText(source.ast)} of ${call.expression.expression.getText(source.ast)}) ${callback.body.getText(source.ast)}`;
    const { from, to } = linesOf(source, statement);
    const fit = suspicionAt(evidence, source.path, from, to);
    const splices = [{ start: statement.getStart(source.ast), end: statement.end, text }];
    return [{ title: "Wait for each step of a loop", splices: new Map([[source.path, splices]]), fit }];
  });
}
