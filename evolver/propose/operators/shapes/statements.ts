/** Statements as lines of a file: put in, taken out, moved, with the file's own indentation. */
import type { ts as T } from "ts-morph";
import type { Node, Source, Splice, Ts } from "../project.ts";
import { indentAt, newline, styled } from "./style.ts";

export type StatementList = T.Block | T.CaseClause | T.DefaultClause;

/** The list that a statement stands in; undefined for the only statement of an `if` without braces, and in a file. */
export function listAround(ts: Ts, statement: Node): StatementList | undefined {
  const { parent } = statement;
  return ts.isBlock(parent) || ts.isCaseOrDefaultClause(parent) ? parent : undefined;
}

export function neighbours(
  statement: Node,
  list: StatementList,
): { before?: T.Statement; after?: T.Statement } {
  const index = list.statements.findIndex((each) => each === statement);
  const before = list.statements[index - 1];
  const after = list.statements[index + 1];
  return { ...(before && { before }), ...(after && { after }) };
}

/** `code` as lines of their own above a statement. */
export function lineBefore({ ast, text }: Source, statement: Node, code: string): Splice {
  const start = statement.getStart(ast);
  return { start, end: start, text: lines(code, text, start) + newline(text) + indentAt(text, start) };
}

export function lineAfter({ ast, text }: Source, statement: Node, code: string): Splice {
  const start = statement.getStart(ast);
  const { end } = statement;
  return { start: end, end, text: newline(text) + indentAt(text, start) + lines(code, text, start) };
}

/** `code` at the top of a block, before its first statement. */
export function lineAtTop(source: Source, block: T.Block, code: string): Splice | undefined {
  const first = block.statements[0];
  return first && lineBefore(source, first, code);
}

/** Takes a statement out, with its line when it stands alone on it. */
export function taken({ ast, text }: Source, statement: Node): Splice {
  const start = statement.getStart(ast);
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const alone = text.slice(lineStart, start).trim() === "" && /^[ \t]*\r?\n/.test(text.slice(statement.end));
  if (!alone) return { start, end: statement.end, text: "" };
  return { start: lineStart, end: text.indexOf("\n", statement.end) + 1, text: "" };
}

/** Replaces a node by other code. */
export function replaced({ ast }: Source, node: Node, text: string): Splice {
  return { start: node.getStart(ast), end: node.end, text };
}

/** `code`, written with double quotes and semicolons, in the style of the file, without indentation of the first line. */
export function inStyle(source: Source, code: string): string {
  return styled(source, code);
}

/** Statements after which nothing in the list runs. */
export function leaves(ts: Ts, statement: Node): boolean {
  return (
    ts.isReturnStatement(statement) ||
    ts.isThrowStatement(statement) ||
    ts.isContinueStatement(statement) ||
    ts.isBreakStatement(statement)
  );
}

/** A piece of code that comes from a place with another indentation. */
function lines(code: string, text: string, at: number): string {
  const rows = code.split(/\r?\n/);
  if (rows.length === 1) return code;
  const closing = /^[ \t]*/.exec(rows.at(-1) ?? "")?.[0] ?? "";
  const indent = indentAt(text, at);
  return rows
    .map((row, index) => (index === 0 || !row.startsWith(closing) ? row : indent + row.slice(closing.length)))
    .join(newline(text));
}

/** What stands between the braces, one level less deep; the statement itself when it is no block. */
export function insideOf(ts: Ts, { ast, text }: Source, statement: T.Statement): string {
  if (!ts.isBlock(statement)) return statement.getText(ast);
  const [first] = statement.statements;
  const last = statement.statements.at(-1);
  if (!first || !last) return "";
  const deep = indentAt(text, first.getStart(ast));
  const outer = indentAt(text, statement.getStart(ast));
  const rows = text.slice(first.getStart(ast), last.end).split(/\r?\n/);
  return rows
    .map((row, index) => (index > 0 && row.startsWith(deep) ? outer + row.slice(deep.length) : row))
    .join(newline(text));
}
