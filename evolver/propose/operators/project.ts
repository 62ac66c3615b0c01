/** The harness as syntax trees, and edits as splices of text: whatever is not named by a splice stays byte for byte. */
import { loadTypeScript, parse } from "../../../guardrails/syntax.ts";
import type { Node, SourceFile, Ts } from "../../../guardrails/syntax.ts";
import type { FileEdit } from "../../candidate.ts";

export type { Node, SourceFile, Ts } from "../../../guardrails/syntax.ts";

export interface Source {
  readonly path: string;
  readonly text: string;
  readonly ast: SourceFile;
}

export interface Project {
  readonly ts: Ts;
  readonly sources: readonly Source[];
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
  return { ts, sources: code.map(([path, text]) => ({ path, text, ast: parse(ts, path, text) })) };
}

/** Undefined when two splices overlap, or the result no longer parses. */
export function editsOf(
  project: Project,
  splices: ReadonlyMap<string, readonly Splice[]>,
): FileEdit[] | undefined {
  const edits: FileEdit[] = [];
  for (const [path, changes] of splices) {
    const source = project.sources.find((each) => each.path === path);
    const after = source && spliced(source.text, changes);
    if (source === undefined || after === undefined || !parses(project.ts, path, after)) return undefined;
    edits.push({ path, before: source.text, after });
  }
  return edits;
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

function parses(ts: Ts, path: string, text: string): boolean {
  const { parseDiagnostics } = parse(ts, path, text) as SourceFile & {
    readonly parseDiagnostics?: readonly unknown[];
  };
  return (parseDiagnostics ?? []).length === 0;
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
