/** Reads a YAML file through a schema. Each problem is told with file, line and a suggestion. */
import { readFile, stat } from "node:fs/promises";
import { LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { RatchetError, messageOf } from "../error.ts";
import { describeIssue } from "./describe-issue.ts";

/** A larger file was not written by a person, and would stall whoever reads it. */
const MAX_BYTES = 1024 * 1024;

/** @throws RatchetError (config) that lists every problem; a file that cannot be read is one. */
export async function readYaml<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseYaml(await readText(file), file, schema);
}

/** @throws RatchetError (config). `file` is only named in errors. */
export function parseYaml<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): z.output<Schema> {
  const lines = new LineCounter();
  const { document, value } = parse(text, file, lines);
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const problems = parsed.error.issues
    .flatMap((issue) => describeIssue(issue, { document, schema, lineOf }))
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, problem }) => `${file}:${line}: ${problem}`);
  throw new RatchetError("config", problems.join("\n"), `Mend ${file} and try again; nothing was run.`);
}

/** The text of a regular UTF-8 file of at most 1 MiB. @throws RatchetError (config) */
export async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    // Asked first: to open a pipe would wait for whoever writes to it.
    const found = await stat(file);
    if (!found.isFile()) throw new Error(found.isDirectory() ? "it is a folder" : "it is not a regular file");
    if (found.size > MAX_BYTES) throw new Error(`it has ${found.size} bytes; ${MAX_BYTES} are read at most`);
    bytes = await readFile(file);
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new RatchetError(
      "config",
      `${file}: cannot be read: ${missing ? "there is no such file" : messageOf(error)}`,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const line = firstBrokenLine(bytes);
    throw new RatchetError("config", `${file}:${line}: not UTF-8`, "Save it as UTF-8 and try again.");
  }
}

function firstBrokenLine(bytes: Buffer): number {
  return bytes.toString("utf8").split("\uFFFD")[0]?.split("\n").length ?? 1;
}

function parse(text: string, file: string, lines: LineCounter): { document: Document; value: unknown } {
  const refuse = (place: string, problem: string): RatchetError =>
    new RatchetError(
      "config",
      `${file}:${place}: not valid YAML: ${problem}`,
      `Mend ${file} and try again; nothing was run.`,
    );
  try {
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
    // A warning is about a part that was not understood: it would be left out without a word.
    const [broken] = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
    if (broken !== undefined) {
      const { line, col } = lines.linePos(broken.pos[0]);
      throw refuse(`${line}:${col}`, broken.message);
    }
    // With `maxAliasCount`, a few lines cannot stand for millions.
    return { document, value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    if (error instanceof RatchetError) throw error;
    throw refuse("1", error instanceof RangeError ? "it is nested too deeply" : messageOf(error));
  }
}
