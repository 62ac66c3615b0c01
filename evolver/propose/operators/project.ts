/** The harness as syntax trees, and edits as splices of text: whatever is not named by a splice stays byte for byte. */
import { loadTypeScript, parse } from "../../../guardrails/syntax.ts";
import type { Node, SourceFile, Ts } from "../../../guardrails/syntax.ts";
import type { FileEdit } from "../../candidate.ts";
import { openTypes } from "./types.ts";
import type { Types } from "./types.ts";

export type { Node, SourceFile, Ts } from "../../../guardrails/syntax.ts";

export interface Source {
  readonly path: string;
  readonly text: string;
  readonly ast: SourceFile;
}

export interface Project {
  readonly ts: Ts;
  readonly sources: readonly Source[];
  /** Made when first asked for, which takes a second. @throws when the compiler's libraries are missing */
  types(): Types;
}

/** Replaces `text.slice(start, end)`; an insertion has `start === end`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export async function openProject(genome: ReadonlyMap<string, string>, harness: string): Promise<Project> {
  const ts = await loadTypeScript();
  const code = [...genome].filter(([path]) => path.startsWith(`${harness}/`) && path.endsWith(".ts"));
  const sources = code.map(([path, text]) => ({ path, text, ast: parse(ts, path, text) }));
  let types: Types | undefined;
  return {
    ts,
    sources,
    types: () => (types ??= openTypes(ts, sources)),
  };
}

export interface Edited {
  readonly edits: readonly FileEdit[];
  /** The changed files by path. */
  readonly changed: ReadonlyMap<string, ChangedFile>;
}

export interface ChangedFile {
  /** Parsed anew: the whole file, or its only statement that is another one now. */
  readonly tree: SourceFile;
  /** Number of that statement. */
  readonly statement?: number;
}

/** Undefined when two splices overlap, or the result no longer parses. */
export function edited(
  project: Project,
  splices: ReadonlyMap<string, readonly Splice[]>,
): Edited | undefined {
  const edits: FileEdit[] = [];
  const changed = new Map<string, ChangedFile>();
  for (const [path, changes] of splices) {
    const source = project.sources.find((each) => each.path === path);
    const after = source && spliced(source.text, changes);
    if (source === undefined || after === undefined) return undefined;
    const file = changedFile(project.ts, source, changes, after);
    if (file === undefined) return undefined;
    edits.push({ path, before: source.text, after });
    changed.set(path, file);
  }
  return { edits, changed };
}

/** To parse one function takes a tenth of what its file takes. */
function changedFile(
  ts: Ts,
  source: Source,
  splices: readonly Splice[],
  after: string,
): ChangedFile | undefined {
  const { ast, path } = source;
  const index = ast.statements.findIndex((statement) =>
    splices.every(({ start, end }) => start > statement.getStart(ast) && end < statement.end),
  );
  const statement = ast.statements[index];
  if (!statement) {
    const tree = parsed(ts, path, after);
    return tree && { tree };
  }
  const start = statement.getStart(ast);
  const text = after.slice(start, after.length - (source.text.length - statement.end));
  const tree = parsed(ts, path, text);
  return tree?.statements.length === 1 ? { tree, statement: index } : undefined;
}

/** Undefined when it does not parse. */
export function parsed(ts: Ts, path: string, text: string): SourceFile | undefined {
  const tree: SourceFile & { readonly parseDiagnostics?: readonly unknown[] } = parse(ts, path, text);
  return (tree.parseDiagnostics ?? []).length === 0 ? tree : undefined;
}

function spliced(text: string, splices: readonly Splice[]): string | undefined {
  const ordered = splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let result = "";
  let at = 0;
  for (const { start, end, text: inserted } of ordered) {
    if (start < at) return undefined;
    result += text.slice(at, start) + inserted;
    at = end;
  }
  return result + text.slice(at);
}

// ---------------------------------------------------------------- looking around

/** All nodes below `node`, itself included, in source order, for which `is` holds. */
export function each<T extends Node>(ts: Ts, node: Node, is: (node: Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (at: Node): void => {
    if (is(at)) found.push(at);
    ts.forEachChild(at, visit);
  };
  visit(node);
  return found;
}

/** The closest node around `node`, itself excluded, for which `is` holds. */
export function around<T extends Node>(node: Node, is: (node: Node) => node is T): T | undefined {
  for (let at = node.parent; at; at = at.parent) if (is(at)) return at;
  return undefined;
}

export function within(node: Node, outer: Node): boolean {
  return node.getStart() >= outer.getStart() && node.end <= outer.end;
}

/** 1-based lines of a node. */
export function linesOf(source: Source, node: Node): { from: number; to: number } {
  const line = (at: number): number => source.ast.getLineAndCharacterOfPosition(at).line + 1;
  return { from: line(node.getStart(source.ast)), to: line(node.end) };
}

/** `name`, or `name2`, `name3` … when the file has that word already. */
export function freshName(source: Source, name: string): string {
  const taken = (candidate: string): boolean => new RegExp(`\\b${candidate}\\b`).test(source.text);
  if (!taken(name)) return name;
  let n = 2;
  while (taken(`${name}${n}`)) n += 1;
  return `${name}${n}`;
}
