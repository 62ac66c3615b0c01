/** Makes new code look like the file it goes into: indentation, quotes, semicolons. */
import type { Source, Splice } from "../project.ts";

/** Rewrites `code`, which is written with two spaces, double quotes and semicolons; `indent` goes before each line. */
export function styled(source: Source, code: string, indent = ""): string {
  const unit = indentUnit(source.text);
  const lines = code.split("\n").map((line) => {
    const depth = /^ */.exec(line)?.[0].length ?? 0;
    let body = line.slice(depth);
    if (singleQuoted(source.text)) body = body.replace(/"([^"'\\]*)"/g, "'$1'");
    if (withoutSemicolons(source.text)) body = body.replace(/;$/, "");
    return body === "" ? "" : indent + unit.repeat(depth / 2) + " ".repeat(depth % 2) + body;
  });
  return lines.join(newline(source.text));
}

/** White space before the first word of the line that holds position `at`. */
export function indentAt(text: string, at: number): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? "";
}

export function indentUnit(text: string): string {
  const found = /\n(\t+| {2,8})\S/.exec(text)?.[1] ?? "  ";
  return found.startsWith("\t") ? "\t" : found.length % 4 === 0 && !/\n {2}\S/.test(text) ? "    " : "  ";
}

export function newline(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Moves a piece of code one level deeper. Lines inside template strings would move too, so these are refused. */
export function deeper(source: Source, code: string): string | undefined {
  if (/`[^`]*\n[^`]*`/.test(code)) return undefined;
  const unit = indentUnit(source.text);
  return code
    .split("\n")
    .map((line, index) => (index === 0 || line.trim() === "" ? line : unit + line))
    .join("\n");
}

/** Adds a declaration at the end of the file. */
export function appended(source: Source, code: string): Splice {
  const { text } = source;
  const nl = newline(text);
  return {
    start: text.length,
    end: text.length,
    text: `${text.endsWith("\n") ? "" : nl}${nl}${styled(source, code)}${nl}`,
  };
}

/** Adds `import type { … } from "ratchet-agent/protocol"` for the names that the file does not import yet. */
export function typeImports(source: Source, names: readonly string[]): Splice[] {
  const existing = /import\s+type\s*\{([^}]*)\}\s*from\s*(["'])ratchet-agent\/protocol\2/.exec(source.text);
  const have = new Set((existing?.[1] ?? "").split(",").map((name) => name.trim()));
  const missing = names.filter((name) => !have.has(name) && !declaresType(source, name));
  if (missing.length === 0) return [];
  if (!existing) {
    const line = styled(source, `import type { ${missing.join(", ")} } from "ratchet-agent/protocol";`);
    const at = /^#!.*\n/.exec(source.text)?.[0].length ?? firstImport(source.text);
    return [{ start: at, end: at, text: line + newline(source.text) }];
  }
  const at =
    existing.index + existing[0].indexOf("{") + 1 + (existing[1] ?? "").trimEnd().replace(/,$/, "").length;
  return [{ start: at, end: at, text: `, ${missing.join(", ")}` }];
}

/** Before the first import, so that a comment that heads the file stays at its head. */
function firstImport(text: string): number {
  const found = /^import\b/m.exec(text);
  return found ? found.index : 0;
}

function declaresType(source: Source, name: string): boolean {
  return new RegExp(`\\b(?:interface|type|class)\\s+${name}\\b|\\bimport\\b[^;]*\\b${name}\\b`).test(
    source.text,
  );
}

function singleQuoted(text: string): boolean {
  return (text.match(/'[^'\n]*'/g) ?? []).length > (text.match(/"[^"\n]*"/g) ?? []).length;
}

function withoutSemicolons(text: string): boolean {
  const statements = text.match(/^\s*(?:const|let|return|import)\b.*[^{(,\s]$/gm) ?? [];
  return (
    statements.length > 0 && statements.filter((line) => line.endsWith(";")).length < statements.length / 2
  );
}
