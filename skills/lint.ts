/** Holds a SKILL.md against the Agent Skills specification, strictly. */
import { splitSkillFile, type SkillFile } from "./front-matter.ts";

export interface Finding {
  readonly rule: string;
  readonly severity: "error" | "warning";
  /** Line of SKILL.md, from 1. */
  readonly line: number;
  readonly message: string;
}

type Report = (rule: string, severity: Finding["severity"], line: number, message: string) => void;

/**
 * @param text the whole of SKILL.md
 * @param folder name of the folder it lies in
 * @returns the findings in the order of their lines; none when the skill follows the specification
 */
export function lintSkill(text: string, folder: string): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (rule, severity, line, message) => findings.push({ rule, severity, line, message });
  const file = splitSkillFile(text);
  lintEncoding(text, report);
  lintFrontMatter(file, (key) => lineOf(text, key, file.bodyLine), folder, report);
  lintBody(file, report);
  return findings.toSorted((a, b) => a.line - b.line);
}

function lintEncoding(text: string, report: Report): void {
  if (text.startsWith("\uFEFF"))
    report("byte-order-mark", "warning", 1, "starts with a byte order mark; take it out");
  if (text.includes("\r")) {
    const line = text.slice(0, text.indexOf("\r")).split("\n").length;
    report("line-ends", "warning", line, "has CR or CRLF line ends; use LF");
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  const control = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.exec(text);
  if (control !== null) {
    const line = text.slice(0, control.index).split("\n").length;
    report("control-character", "error", line, "contains a control character, which people cannot see");
  }
}

const KNOWN_KEYS = new Set(["name", "description", "license", "compatibility", "metadata", "allowed-tools"]);

function lintFrontMatter(
  file: SkillFile,
  line: (key: string) => number,
  folder: string,
  report: Report,
): void {
  const { frontMatter } = file;
  switch (frontMatter.kind) {
    case "missing":
      return report(
        "front-matter",
        "error",
        1,
        "must begin with front matter: --- lines around name and description",
      );
    case "broken":
      return report("front-matter", "error", frontMatter.line, frontMatter.message);
    case "present":
      break;
    default:
      return frontMatter satisfies never;
  }
  const fields = frontMatter.value;
  lintName(fields["name"], folder, line("name"), report);
  lintDescription(fields["description"], line("description"), report);
  lintOptionalText(fields, "license", undefined, line, report);
  lintOptionalText(fields, "compatibility", 500, line, report);
  lintOptionalText(fields, "allowed-tools", undefined, line, report);
  lintMetadata(fields["metadata"], line("metadata"), report);
  for (const key of Object.keys(fields).filter((name) => !KNOWN_KEYS.has(name))) {
    report(
      "unknown-field",
      "warning",
      line(key),
      `${key} is not a field of the specification; put it under metadata`,
    );
  }
}

function lintName(name: unknown, folder: string, line: number, report: Report): void {
  if (typeof name !== "string" || name === "")
    return report("name", "error", line, "name is missing or not text");
  if (name.length > 64)
    report("name", "error", line, `name has ${name.length} characters; at most 64 are allowed`);
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
    report(
      "name",
      "error",
      line,
      `name ${JSON.stringify(name)} may have lower-case letters, digits and single hyphens`,
    );
  }
  if (name !== folder) report("name-folder", "error", line, `name is ${name}, but the folder is ${folder}`);
}

function lintDescription(description: unknown, line: number, report: Report): void {
  if (typeof description !== "string" || description.trim() === "") {
    return report(
      "description",
      "error",
      line,
      "description is missing or empty: say what the skill does and when to use it",
    );
  }
  if (description.length > 1024) {
    report(
      "description",
      "error",
      line,
      `description has ${description.length} characters; at most 1024 are allowed`,
    );
  }
}

function lintOptionalText(
  fields: Readonly<Record<string, unknown>>,
  key: string,
  most: number | undefined,
  lineOfKey: (key: string) => number,
  report: Report,
): void {
  const value = fields[key];
  if (value === undefined) return;
  if (typeof value !== "string" || value.trim() === "") {
    return report(key, "error", lineOfKey(key), `${key} must be text, and not empty`);
  }
  if (most !== undefined && value.length > most) {
    report(
      key,
      "error",
      lineOfKey(key),
      `${key} has ${value.length} characters; at most ${most} are allowed`,
    );
  }
}

function lintMetadata(metadata: unknown, line: number, report: Report): void {
  if (metadata === undefined) return;
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    return report("metadata", "error", line, "metadata must be a mapping of text to text");
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string")
      report("metadata", "error", line, `metadata.${key} must be text; put quotes around it`);
  }
}

function lintBody({ body, bodyLine }: SkillFile, report: Report): void {
  if (body === "") return report("body", "error", bodyLine, "has no text below the front matter");
  const lines = body.split("\n");
  if (lines.length >= 500) {
    report(
      "body-length",
      "warning",
      bodyLine,
      `body has ${lines.length} lines; keep it under 500 and move details to files`,
    );
  }
  const tag = lines.findIndex((line) => /<\/?skill\b/i.test(line));
  if (tag !== -1) {
    report(
      "skill-tag",
      "error",
      bodyLine + tag,
      "contains a <skill> tag, which would end the skill early in a context",
    );
  }
}

/** Line on which a top-level key of the front matter stands; 1 when it does not. */
function lineOf(text: string, key: string, bodyLine: number): number {
  const lines = text.split(/\r\n|\r|\n/).slice(0, bodyLine - 1);
  return Math.max(
    lines.findIndex((line) => line.startsWith(`${key}:`) || line.startsWith(`"${key}":`)) + 1,
    1,
  );
}
