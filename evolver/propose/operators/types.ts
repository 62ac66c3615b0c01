/**
 * What the compiler knows of the harness, in this process: types of expressions, and whether changed files still fit.
 * It is an early sieve; the check that decides is `check/types.ts`, which runs the compiler that is released.
 */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ts as T } from "ts-morph";
import { protocolTypes } from "../../check/protocol-types.ts";
import { parse } from "../../../guardrails/syntax.ts";
import type { SourceFile, Ts } from "../../../guardrails/syntax.ts";
import type { Edited, Source } from "./project.ts";

export interface Types {
  readonly checker: T.TypeChecker;
  /** For each candidate, whether the compiler finds nothing in its files that it did not find before. */
  clean(candidates: readonly Pick<Edited, "edits" | "changed">[]): boolean[];
}

/** @throws when the libraries of the compiler or the protocol's types are missing: every name would be unknown */
export function openTypes(ts: Ts, sources: readonly Source[]): Types {
  const trees = new Map(sources.map(({ path, ast }) => [path, ast]));
  const base = programOf(ts, trees, new Map());
  const before = new Map<string, ReadonlySet<string>>();
  const known = (path: string): ReadonlySet<string> => {
    const found = before.get(path) ?? new Set(messagesOf(ts, base, trees.get(path)));
    before.set(path, found);
    return found;
  };
  return {
    checker: base.getTypeChecker(),
    clean(candidates) {
      const { extended, parts } = asFunctions(ts, sources, candidates);
      const others = asFiles(ts, candidates, parts);
      const program = programOf(ts, new Map([...trees, ...extended]), others);
      const found = new Map(
        extended.map(([path]) => [path, messagesByStatement(ts, program, program.getSourceFile(`/${path}`))]),
      );
      return candidates.map(({ changed }, index) =>
        [...changed.keys()].every((path) => {
          const part = parts.get(index);
          const messages =
            part === undefined
              ? messagesOf(ts, program, program.getSourceFile(`/${CANDIDATE}${index}/${path}`))
              : (found.get(path)?.get(part) ?? []);
          return messages.every((text) => known(path).has(text));
        }),
      );
    },
  };
}

type Candidates = Parameters<Types["clean"]>[0];

/**
 * Candidates that change the body of one function stand as further functions in its file: all of them share its types
 * and one checker. Parts are the numbers of their statements, by number of the candidate.
 */
function asFunctions(ts: Ts, sources: readonly Source[], candidates: Candidates) {
  const added = new Map<string, string[]>();
  const parts = new Map<number, number>();
  for (const [index, { changed }] of candidates.entries()) {
    const [[path, file] = ["", undefined]] = changed;
    const source = sources.find((each) => each.path === path);
    const statement = file?.statement === undefined ? undefined : file.tree.statements[0];
    if (changed.size !== 1 || !source || !file || !statement || !isClosed(ts, statement)) continue;
    const copies = added.get(path) ?? [];
    added.set(path, copies);
    parts.set(index, source.ast.statements.length + copies.length);
    const { text } = file.tree;
    const name = statement.name;
    copies.push(`${text.slice(0, name.end)}_${CANDIDATE.replace("-", "")}${index}${text.slice(name.end)}`);
  }
  const extended = [...added].map(([path, copies]) => {
    const source = sources.find((each) => each.path === path);
    return [path, parse(ts, path, [source?.text ?? "", ...copies].join("\n"))] as const;
  });
  return { extended, parts };
}

/** A change of what is inside cannot be seen from outside: the function says what it returns. */
function isClosed(
  ts: Ts,
  statement: T.Statement,
): statement is T.FunctionDeclaration & { readonly name: T.Identifier } {
  return ts.isFunctionDeclaration(statement) && statement.type !== undefined && statement.name !== undefined;
}

function asFiles(
  ts: Ts,
  candidates: Candidates,
  parts: ReadonlyMap<number, number>,
): Map<string, SourceFile> {
  return new Map(
    candidates.flatMap(({ edits }, index) =>
      parts.has(index)
        ? []
        : edits.map(({ path, after }) => [`${CANDIDATE}${index}/${path}`, parse(ts, path, after)] as const),
    ),
  );
}

const CANDIDATE = "candidate-";
/** Declarations of the language, of zod and of the protocol: they are the same for each harness. */
const disk = new Map<string, SourceFile | undefined>();

/** All candidates in one program beside the harness, so that its types are worked out once. */
function programOf(
  ts: Ts,
  trees: ReadonlyMap<string, SourceFile>,
  changed: ReadonlyMap<string, SourceFile>,
): T.Program {
  const libraries = libraryFolder();
  const protocol = protocolTypes();
  const options = optionsOf(ts, protocol);
  const own = (name: string): SourceFile | undefined => {
    const path = name.replace(/^\//, "");
    return changed.get(path) ?? trees.get(path);
  };
  const fromDisk = (name: string): SourceFile | undefined => {
    if (!disk.has(name)) {
      const text = read(name);
      disk.set(
        name,
        text === undefined ? undefined : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022),
      );
    }
    return disk.get(name);
  };
  const host: T.CompilerHost = {
    getSourceFile: (name) => own(name) ?? fromDisk(name),
    fileExists: (name) => own(name) !== undefined || isFile(name),
    readFile: (name) => own(name)?.text ?? read(name),
    getDefaultLibFileName: () => join(libraries, "lib.es2024.d.ts"),
    getDefaultLibLocation: () => libraries,
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    writeFile: () => {},
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) => ({
        resolvedModule:
          inHarness(ts, text, from, own) ?? ts.resolveModuleName(text, from, options, host).resolvedModule,
      })),
  };
  const roots = [...trees.keys(), ...changed.keys()].map((path) => `/${path}`);
  const program = ts.createProgram(roots, options, host);
  const [missing] = program.getOptionsDiagnostics();
  if (missing)
    throw new Error(`types of the harness: ${ts.flattenDiagnosticMessageText(missing.messageText, " ")}`);
  return program;
}

/** A candidate imports its own changed files, and for the rest those of the harness as it is. */
function inHarness(
  ts: Ts,
  text: string,
  from: string,
  own: (name: string) => SourceFile | undefined,
): T.ResolvedModuleFull | undefined {
  if (!text.startsWith(".")) return undefined;
  const changed = join(dirname(from), text);
  const resolvedFileName = own(changed) ? changed : changed.replace(new RegExp(`^/${CANDIDATE}\\d+/`), "/");
  return own(resolvedFileName) && { resolvedFileName, extension: ts.Extension.Ts };
}

/** As `check/types.ts` asks for. */
function optionsOf(ts: Ts, protocol: string): T.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2024,
    lib: ["lib.es2024.d.ts", "lib.esnext.collection.d.ts", "lib.es2025.iterator.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    paths: { "ratchet-agent/protocol": [protocol] },
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noFallthroughCasesInSwitch: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
  };
}

/** The declarations of the language that the released compiler uses; ts-morph keeps its own out of reach. */
function libraryFolder(): string {
  const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
  const native = `@typescript/typescript-${process.platform}-${process.arch}/package.json`;
  return join(dirname(createRequire(typescript).resolve(native)), "lib");
}

/** @throws when the program does not have the file: nothing would be found in it */
function messagesOf(ts: Ts, program: T.Program, file: SourceFile | undefined): string[] {
  if (file === undefined) throw new Error("types of the harness: a file is missing in the program");
  return program.getSemanticDiagnostics(file).map((each) => wordsOf(ts, each));
}

function wordsOf(ts: Ts, { messageText }: T.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, " ");
}

/** What is wrong in each statement of a file, by its number. */
function messagesByStatement(
  ts: Ts,
  program: T.Program,
  file: SourceFile | undefined,
): ReadonlyMap<number, readonly string[]> {
  if (file === undefined) throw new Error("types of the harness: a file is missing in the program");
  const all = program.getSemanticDiagnostics(file).map((each) => ({
    statement: file.statements.findIndex(({ end }) => (each.start ?? 0) < end),
    text: wordsOf(ts, each),
  }));
  const groups = Map.groupBy(all, ({ statement }) => statement);
  return new Map([...groups].map(([statement, group]) => [statement, group.map(({ text }) => text)]));
}

function read(name: string): string | undefined {
  return isFile(name) ? readFileSync(name, "utf8") : undefined;
}

function isFile(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isFile() === true;
}
