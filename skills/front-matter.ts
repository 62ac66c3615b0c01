/** Splits a SKILL.md into its YAML front matter and its body. */
import { parseDocument } from "yaml";

export type FrontMatter =
  | { readonly kind: "present"; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: "missing" }
  /** `line` is where in the file it went wrong, from 1; `value` is what could be read all the same. */
  | {
      readonly kind: "broken";
      readonly message: string;
      readonly line: number;
      readonly value: Readonly<Record<string, unknown>>;
    };

export interface SkillFile {
  readonly frontMatter: FrontMatter;
  /** With `\n` line ends, without the blank lines around it. */
  readonly body: string;
  /** Line of the file on which the body begins, from 1. */
  readonly bodyLine: number;
}

/** Never throws; tolerates a byte order mark and CRLF line ends. */
export function splitSkillFile(text: string): SkillFile {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  if (!/^---\s*$/.test(lines[0] ?? "")) return withBody({ kind: "missing" }, lines, 0);
  const end = lines.findIndex((line, index) => index > 0 && /^---\s*$/.test(line));
  if (end === -1) {
    const message = "the front matter is not closed: its last line must be ---";
    return withBody({ kind: "broken", message, line: 1, value: {} }, [], lines.length);
  }
  return withBody(parseFrontMatter(lines.slice(1, end).join("\n")), lines.slice(end + 1), end + 1);
}

function withBody(frontMatter: FrontMatter, lines: readonly string[], linesBefore: number): SkillFile {
  const blank = lines.findIndex((line) => line.trim() !== "");
  return {
    frontMatter,
    body: lines.slice(Math.max(blank, 0)).join("\n").trimEnd(),
    bodyLine: linesBefore + Math.max(blank, 0) + 1,
  };
}

function parseFrontMatter(text: string): FrontMatter {
  const document = parseDocument(text, { prettyErrors: true });
  const error = document.errors[0];
  if (error !== undefined) {
    const message = error.message.split("\n")[0] ?? error.code;
    return { kind: "broken", message, line: 1 + (error.linePos?.[0].line ?? 1), value: readLineByLine(text) };
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    return {
      kind: "broken",
      message: error instanceof Error ? error.message : String(error),
      line: 2,
      value: {},
    };
  }
  if (isMapping(value)) return { kind: "present", value };
  return {
    kind: "broken",
    message: "the front matter is not a mapping of keys to values",
    line: 2,
    value: {},
  };
}

/** The usual mistake is a colon in an unquoted description; such a skill is still of use. */
function readLineByLine(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/^(name|description)[ \t]*:[ \t]*(.+)$/gm)];
  return Object.fromEntries(pairs.map(([, key, value]) => [key ?? "", (value ?? "").trim()]));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
