/** TypeScript's parser, as ts-morph brings it. Loading takes some 400 ms, so it happens at the first use. */
import type { ts as TypeScript } from "ts-morph";

export type Ts = typeof TypeScript;
export type Node = TypeScript.Node;
export type SourceFile = TypeScript.SourceFile;

let loading: Promise<Ts> | undefined;

export function loadTypeScript(): Promise<Ts> {
  loading ??= import("ts-morph").then((module) => module.ts);
  return loading;
}

/** Parses without checking types; parent links are set. */
export function parse(ts: Ts, path: string, text: string): SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
}
