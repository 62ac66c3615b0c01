/** The JSON values of a file: JSON lines, one document over many lines, or an array of them. */
import { readFile } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { addAbortSignal, type Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { brokenJson } from "./bad-row.ts";
import type { InputFile } from "./input-files.ts";
import { readAllLines, type Line } from "./read-lines.ts";

export interface Value {
  /** The row as people count, from 1: the line, or the element of an array. */
  readonly row: number;
  readonly parsed:
    | { readonly kind: "json"; readonly value: unknown }
    | { readonly kind: "broken"; readonly why: string };
}

/** Lines are read one by one; a document over many lines must fit into memory. @throws what reading the file throws, or the signal's reason */
export async function* readValues(file: InputFile, signal?: AbortSignal): AsyncGenerator<Value> {
  const byLine = await isByLine(file, signal);
  if (typeof byLine === "string") {
    yield* whole(byLine);
    return;
  }
  for await (const line of readAllLines(open(file), signal)) yield* valuesOf(line);
}

/** Bytes of the file. */
export function open({ path }: InputFile): AsyncIterable<Buffer> {
  return path === undefined ? process.stdin : createReadStream(path, { highWaterMark: 1024 * 1024 });
}

/** Largest document that is tried as a whole, in bytes; V8 holds no string of 512 MiB. */
const MAX_DOCUMENT = 400 * 1024 * 1024;

/**
 * True when the lines are values, or the text of a file whose lines are none. A broken first line does not make a document of a
 * file whose name, or another of whose lines, says that it has lines.
 */
async function isByLine(file: InputFile, signal: AbortSignal | undefined): Promise<true | string> {
  if (file.path !== undefined && /\.(?:jsonl|ndjson)$/.test(file.name)) return true;
  if (file.path !== undefined) {
    for await (const line of readAllLines(open(file), signal)) {
      if (line.text === undefined || isObject(line.text)) return true;
      break;
    }
    if ((file.size ?? 0) > MAX_DOCUMENT) return true;
  }
  const text =
    file.path === undefined
      ? (await buffer(endedBy(process.stdin, signal))).toString("utf8")
      : await readFile(file.path, { encoding: "utf8", signal });
  return text;
}

function endedBy(stream: Readable, signal: AbortSignal | undefined): Readable {
  return signal === undefined ? stream : addAbortSignal(signal, stream);
}

function* whole(text: string): Generator<Value> {
  if (text.trim() === "") return;
  const document = parse(text.replace(/^\uFEFF/, ""));
  if (document.kind === "json") {
    yield* elements(document.value, 1);
    return;
  }
  const lines = text.split("\n");
  if (!lines.some(isObject)) {
    yield { row: 1, parsed: document };
    return;
  }
  for (const [index, line] of lines.entries())
    if (line.trim() !== "") yield* valuesOf({ number: index + 1, text: line });
}

function* valuesOf({ number, text }: Line): Generator<Value> {
  if (text === undefined) {
    yield { row: number, parsed: { kind: "broken", why: "the line is longer than 256 MiB" } };
    return;
  }
  const parsed = parse(text);
  if (parsed.kind === "json") yield* elements(parsed.value, number);
  else yield { row: number, parsed };
}

/** The elements of an array are rows of their own, counted from where it stands. */
function* elements(value: unknown, row: number): Generator<Value> {
  if (!Array.isArray(value)) yield { row, parsed: { kind: "json", value } };
  else
    for (const [index, each] of value.entries())
      yield { row: row + index, parsed: { kind: "json", value: each } };
}

function parse(text: string): Value["parsed"] {
  try {
    return { kind: "json", value: JSON.parse(text) as unknown };
  } catch (error) {
    return { kind: "broken", why: brokenJson(error) };
  }
}

/** A line that is a whole object, or an array of them, is a row; `[]` and `{}` may stand in a document, too. */
function isObject(line: string): boolean {
  const text = line.trim();
  if (!/^[{[]./.test(text) || text.length <= 2) return false;
  return parse(text).kind === "json";
}
