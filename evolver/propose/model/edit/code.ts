/** Edits of harness code that are anchored in the syntax tree: white space of the model never decides. */
import { loadTypeScript, parse } from "../../../../guardrails/syntax.ts";
import type { Node, SourceFile, Ts } from "../../../../guardrails/syntax.ts";
import type { CodeEdit } from "../tool.ts";
import { findAnchor } from "./anchor.ts";
import type { Edited } from "./outcome.ts";

/** The text of the file with the edit made. What stands elsewhere in it stays, byte for byte. */
export async function editCode(path: string, text: string, edit: CodeEdit): Promise<Edited> {
  const ts = await loadTypeScript();
  const source = parse(ts, path, text);
  if (edit.op === "add_import") return addImport(ts, source, edit);
  const found = findAnchor(ts, source, edit.anchor);
  if ("problem" in found) return found;
  switch (edit.op) {
    case "replace_code":
      return replaceNode(ts, source, found.node, edit.code);
    case "insert_code":
      return edit.where === "before" || edit.where === "after"
        ? insertBeside(ts, source, found.node, edit.where, edit.code)
        : insertInside(ts, source, found.node, edit.where, edit.code);
    default:
      return edit satisfies never;
  }
}

function replaceNode(ts: Ts, source: SourceFile, node: Node, code: string): Edited {
  if (ts.isSourceFile(node))
    return { problem: "name a declaration or a statement: a whole file is not replaced" };
  const { text } = source;
  const [start, end] = [node.getStart(source), node.getEnd()];
  if (code.trim() !== "") {
    const fitted = fit(ts, code, indentAt(text, start)).trimStart();
    return { text: text.slice(0, start) + fitted + text.slice(end) };
  }
  // The rest of its last line goes with it where nothing else stands there.
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const rest = /^[ \t]*\n?/.exec(text.slice(end))?.[0] ?? "";
  const isAlone = text.slice(lineStart, start).trim() === "" && rest.endsWith("\n");
  return isAlone
    ? { text: text.slice(0, lineStart) + text.slice(end + rest.length) }
    : { text: text.slice(0, start) + text.slice(end) };
}

function insertBeside(
  ts: Ts,
  source: SourceFile,
  node: Node,
  where: "before" | "after",
  code: string,
): Edited {
  if (ts.isSourceFile(node)) return { problem: "name what it is to stand beside, or insert at start or end" };
  const { text } = source;
  const indent = indentAt(text, node.getStart(source));
  const fitted = fit(ts, code, indent);
  if (where === "before") {
    const at = lineStartOf(text, startWithComments(ts, source, node));
    return { text: `${text.slice(0, at)}${fitted}\n${text.slice(at)}` };
  }
  const lineEnd = text.indexOf("\n", node.getEnd());
  const at = lineEnd === -1 ? text.length : lineEnd;
  const rest = text.slice(node.getEnd(), at);
  // A comment may stand behind it; anything else belongs to another statement.
  if (rest.trim() === "" || /^\s*[;,]?\s*(?:\/\/.*)?$/.test(rest))
    return { text: `${text.slice(0, at)}\n${fitted}${text.slice(at)}` };
  return {
    text: `${text.slice(0, node.getEnd())}\n${fitted}\n${indent}${text.slice(node.getEnd()).trimStart()}`,
  };
}

function insertInside(ts: Ts, source: SourceFile, node: Node, where: "start" | "end", code: string): Edited {
  const { text } = source;
  if (ts.isSourceFile(node)) {
    const fitted = fit(ts, code, "");
    if (where === "end") return { text: `${text.trimEnd()}\n\n${fitted}\n` };
    const at = endOfImports(ts, source);
    return {
      text: `${text.slice(0, at)}${at === 0 ? "" : "\n"}${fitted}\n${at === 0 ? "\n" : ""}${text.slice(at)}`,
    };
  }
  const body = bodyOf(ts, node);
  if (body === undefined)
    return { problem: "this has no body in braces: replace it, or insert before or after it" };
  const open = body.getStart(source) + 1;
  const close = body.getEnd() - 1;
  const outer = indentAt(text, body.getStart(source));
  const fitted = fit(ts, code, `${outer}  `);
  const inner = text.slice(open, close);
  if (inner.trim() === "") return { text: `${text.slice(0, open)}\n${fitted}\n${outer}${text.slice(close)}` };
  return where === "start"
    ? { text: `${text.slice(0, open)}\n${fitted}${inner.startsWith("\n") ? "" : "\n"}${text.slice(open)}` }
    : { text: `${text.slice(0, open)}${inner.trimEnd()}\n${fitted}\n${outer}${text.slice(close)}` };
}

/** The part in braces: of a function, a class, a loop, of what an `if` does when it holds, of what a `try` tries. */
function bodyOf(ts: Ts, node: Node): Node | undefined {
  const block = (inner: Node | undefined): Node | undefined =>
    inner !== undefined && ts.isBlock(inner) ? inner : undefined;
  if (ts.isIfStatement(node)) return block(node.thenStatement);
  if (ts.isTryStatement(node)) return node.tryBlock;
  if (ts.isIterationStatement(node, false)) return block(node.statement);
  if (ts.isVariableStatement(node))
    return bodyOfInitializer(node.declarationList.declarations[0]?.initializer);
  if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node) || ts.isPropertyAssignment(node))
    return bodyOfInitializer(node.initializer);
  if (ts.isFunctionLike(node)) return "body" in node ? block(node.body) : undefined;
  return undefined;

  function bodyOfInitializer(initializer: Node | undefined): Node | undefined {
    if (initializer === undefined) return undefined;
    return ts.isObjectLiteralExpression(initializer) ? undefined : bodyOf(ts, initializer);
  }
}

function addImport(
  ts: Ts,
  source: SourceFile,
  { names, from, type_only: isType }: Extract<CodeEdit, { op: "add_import" }>,
): Edited {
  const imports = source.statements.filter((node) => ts.isImportDeclaration(node));
  const known = new Set(imports.flatMap((node) => namesOf(node)));
  const fresh = [...new Set(names)].filter((name) => !known.has(name));
  if (fresh.length === 0) return { problem: `${names.join(", ")}: imported already` };
  const same = imports.find((node) => {
    const { moduleSpecifier, importClause } = node;
    if (!ts.isStringLiteral(moduleSpecifier) || moduleSpecifier.text !== from) return false;
    const bindings = importClause?.namedBindings;
    const typed = importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return bindings !== undefined && ts.isNamedImports(bindings) && typed === isType;
  });
  const { text } = source;
  const bindings = same?.importClause?.namedBindings;
  if (bindings !== undefined && ts.isNamedImports(bindings)) {
    const last = bindings.elements.at(-1)?.getEnd() ?? bindings.getEnd() - 1;
    const joined = fresh.join(", ");
    return {
      text: `${text.slice(0, last)}${bindings.elements.length > 0 ? ", " : " "}${joined}${text.slice(last)}`,
    };
  }
  const line = `import ${isType ? "type " : ""}{ ${fresh.join(", ")} } from "${from}";\n`;
  const at = endOfImports(ts, source);
  return { text: text.slice(0, at) + line + text.slice(at) };

  function namesOf(node: Node): string[] {
    if (!ts.isImportDeclaration(node)) return [];
    const bound = node.importClause?.namedBindings;
    return bound !== undefined && ts.isNamedImports(bound) ? bound.elements.map(({ name }) => name.text) : [];
  }
}

// ---------------------------------------------------------------- places in the text

/** Behind the line of the last import; 0 without one. */
function endOfImports(ts: Ts, source: SourceFile): number {
  const last = source.statements.findLast((node) => ts.isImportDeclaration(node));
  if (last === undefined) return 0;
  const lineEnd = source.text.indexOf("\n", last.getEnd());
  return lineEnd === -1 ? source.text.length : lineEnd + 1;
}

/** Comments that stand right above belong to what they stand above. */
function startWithComments(ts: Ts, source: SourceFile, node: Node): number {
  const start = node.getStart(source);
  const comments = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? [];
  const own = comments.find(({ pos }) => !/\n[ \t]*\n/.test(source.text.slice(pos, start)));
  return own?.pos ?? start;
}

function lineStartOf(text: string, at: number): number {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return text.slice(start, at).trim() === "" ? start : at;
}

function indentAt(text: string, at: number): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, at))?.[0] ?? "";
}

/** The code with this indentation in place of its own. Lines inside a template keep theirs: it is part of a text. */
function fit(ts: Ts, code: string, indent: string): string {
  const trimmed = code.replace(/^\s*\n/, "").trimEnd();
  const lines = trimmed.split("\n");
  const inTemplate = templateLines(ts, trimmed);
  const margins = lines.flatMap((line, index) =>
    line.trim() === "" || inTemplate.has(index) ? [] : [/^[ \t]*/.exec(line)?.[0].length ?? 0],
  );
  // The first line is often copied without its indentation, and the others with theirs.
  const margin = Math.min(...margins);
  return lines
    .map((line, index) => {
      if (inTemplate.has(index)) return line;
      return line.trim() === "" ? "" : indent + line.slice(margin);
    })
    .join("\n");
}

/** Numbers of the lines that begin inside a template. */
function templateLines(ts: Ts, code: string): Set<number> {
  const source = parse(ts, "inserted.ts", code);
  const found = new Set<number>();
  const visit = (node: Node): void => {
    if (ts.isTemplateLiteralToken(node)) {
      const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const to = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      for (let line = from + 1; line <= to; line += 1) found.add(line);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
