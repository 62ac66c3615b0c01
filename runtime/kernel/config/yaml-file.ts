/** Reads a YAML file through a schema. Each problem is told with file, line and a suggestion. */
import { readFile } from "node:fs/promises";
import { LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { closest } from "../closest.ts";
import { RatchetError, messageOf } from "../error.ts";

/** @throws RatchetError (config) that lists every problem; a file that cannot be read is one. */
export async function readYaml<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new RatchetError("config", `${file}: cannot be read: ${messageOf(error)}`);
  }
  return parseYaml(text, file, schema);
}

/** @throws RatchetError (config). `file` is only named in errors. */
export function parseYaml<Schema extends z.ZodType>(text: string, file: string, schema: Schema): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new RatchetError("config", `${file}:${line}:${col}: not valid YAML: ${broken.message.split("\n")[0] ?? ""}`);
  }
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => describe(issue, document, lines, file, schema));
  throw new RatchetError("config", problems.join("\n"), `Mend ${file} and try again; nothing was run.`);
}

function describe(
  issue: z.core.$ZodIssue,
  document: Document,
  lines: LineCounter,
  file: string,
  schema: z.ZodType,
): string {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path);
    return issue.keys
      .map((key) => {
        const meant = closest(key, known);
        const suggestion = meant !== undefined ? `did you mean "${meant}"?` : `known here: ${known.join(", ")}`;
        return `${file}:${lineOf(document, lines, [...path, key])}: unknown key "${[...path, key].join(".")}"; ${suggestion}`;
      })
      .join("\n");
  }
  const where = path.length > 0 ? `${path.join(".")}: ` : "";
  return `${file}:${lineOf(document, lines, path)}: ${where}${issue.message}`;
}

/** The line of the node at `path`, or of its nearest ancestor that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly string[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node: unknown = document.getIn(path.slice(0, depth).map(asIndex), true);
    const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
    if (Array.isArray(range) && typeof range[0] === "number") return lines.linePos(range[0]).line;
  }
  return 1;
}

function asIndex(key: string): string | number {
  return /^\d+$/.test(key) ? Number(key) : key;
}

/** Keys that the schema knows in the object at `path`. */
function keysAt(schema: z.ZodType, path: readonly string[]): string[] {
  let current: unknown = schema;
  for (const key of path) {
    current = unwrap(current);
    if (hasShape(current)) current = current.shape[key];
    else return [];
  }
  const object = unwrap(current);
  return hasShape(object) ? Object.keys(object.shape) : [];
}

function unwrap(schema: unknown): unknown {
  let current = schema;
  while (typeof current === "object" && current !== null && "def" in current) {
    const { def } = current;
    if (typeof def === "object" && def !== null && "innerType" in def) current = def.innerType;
    else break;
  }
  return current;
}

function hasShape(value: unknown): value is { shape: Record<string, unknown> } {
  return typeof value === "object" && value !== null && "shape" in value;
}
